package io.adm4j.harness.evaluation.run;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.evaluation.features.FeatureExtractor.FeatureBatch;
import io.adm4j.harness.evaluation.features.FeatureFileWriter;
import io.adm4j.harness.evaluation.features.FeatureRows;
import io.adm4j.harness.evaluation.features.FeatureStore;
import io.adm4j.harness.evaluation.features.ImageSurvey;
import io.adm4j.harness.evaluation.features.MeasuredImages;
import java.util.Optional;
import java.util.function.Consumer;

/** What is kept of one set: as a whole in the cache or in parts, and batch by batch in the work folder. For one thread. */
final class KeptFeatures implements FeatureStore, AutoCloseable {
    private final FeatureImages images;
    private final Evaluator evaluator;
    private final Optional<FeatureShards> shards;
    private final Optional<FeatureCache> cache;
    private final Optional<FeatureRows> whole;
    private final ImageSurvey survey;
    private final Consumer<String> warnings;
    private Optional<FeatureFileWriter> recording = Optional.empty();
    private boolean fails;

    /** @param survey of the images, complete once their features are */
    KeptFeatures(
            FeatureImages images,
            Evaluator evaluator,
            Optional<FeatureShards> shards,
            FeatureKeeping keeping,
            ImageSurvey survey) {
        this.images = images;
        this.evaluator = evaluator;
        this.shards = shards;
        this.cache = keeping.cache();
        this.survey = survey;
        this.warnings = keeping.warnings();
        this.whole = keeping.parts()
                .flatMap(parts -> parts.of(images.set(evaluator)))
                .or(() -> cache.flatMap(c -> c.find(images.onThisMachine(evaluator)))
                        .map(file -> file.rows()));
    }

    /** How many images are known before the network runs, at least. */
    int known() {
        return whole.map(rows -> 0)
                .orElseGet(() -> shards.map(FeatureShards::last).orElse(0));
    }

    @Override
    public Optional<FeatureRows> whole() {
        return whole;
    }

    @Override
    public Optional<FeatureBatch> find(int from, int count) {
        Optional<FeatureBatch> found = shards.flatMap(s -> s.find(from, count));
        found.ifPresent(this::record);
        return found;
    }

    @Override
    public void keep(int from, FeatureBatch batch) {
        shards.ifPresent(s -> s.keep(from, batch));
        record(batch);
    }

    private void record(FeatureBatch batch) {
        unlessItFails(c -> {
            if (recording.isEmpty()) {
                recording = Optional.of(FeatureFileWriter.create(c.path(images.onThisMachine(evaluator))));
            }
            recording.get().add(batch);
        });
    }

    @Override
    public void finish(MeasuredImages measured) {
        unlessItFails(c -> {
            recording.orElseThrow().finish(images.about(evaluator), Optional.empty(), Optional.of(measured), survey);
            c.trim();
        });
    }

    /** A cache that cannot be written costs time later, and nothing now. */
    private void unlessItFails(Consumer<FeatureCache> write) {
        if (cache.isEmpty() || fails) {
            return;
        }
        try {
            write.accept(cache.get());
        } catch (UserError e) {
            fails = true;
            warnings.accept("Features are not kept for later: " + e.getMessage());
        }
    }

    @Override
    public void close() {
        unlessItFails(c -> recording.ifPresent(FeatureFileWriter::close));
    }
}
