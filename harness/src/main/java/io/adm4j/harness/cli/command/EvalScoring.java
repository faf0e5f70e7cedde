package io.adm4j.harness.cli.command;

import io.adm4j.bundle.ModelBundle;
import io.adm4j.feedback.Count;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.cli.console.ConsoleProgress;
import io.adm4j.harness.cli.option.FeatureSourceOptions;
import io.adm4j.harness.data.Split;
import io.adm4j.harness.evaluation.features.FeatureFile;
import io.adm4j.harness.evaluation.result.EvaluationReport;
import io.adm4j.harness.evaluation.result.ImageSet;
import io.adm4j.harness.evaluation.result.Model;
import io.adm4j.harness.evaluation.run.EvaluationRun;
import io.adm4j.harness.evaluation.run.Evaluator;
import io.adm4j.harness.evaluation.run.FeatureExtraction;
import io.adm4j.harness.evaluation.run.FeatureKeeping;
import io.adm4j.harness.evaluation.run.ReferenceImages;
import io.adm4j.harness.evaluation.run.ReportDetail;
import io.adm4j.harness.evaluation.run.SampleSet;
import io.adm4j.harness.evaluation.run.WorkFolder;
import io.adm4j.harness.report.BaselineGate;
import io.adm4j.harness.sampling.Share;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/** Scores opened samples against real images, or extracts the features of a part of both. */
final class EvalScoring {
    /** Opens real images beside samples. */
    @FunctionalInterface
    interface RealImages {
        ReferenceImages open(Path path, Split part, SampleSet samples);
    }

    private final Evaluator evaluator;
    private final String networkName;
    private final Optional<ModelBundle> bundle;
    private final RealImages realImages;
    private final List<SampleGroup> groups;
    private final ReferenceImages reference;
    private final FeatureKeeping keeping;
    private final Optional<WorkFolder> work;

    /**
     * @param network whose evaluator this is
     * @param source of its features
     * @param reference real images, or their statistics or features
     * @param part of IDX files to compare with
     * @param keeping where features are kept
     * @throws UserError if the samples do not fit the network, or there is no room for what is kept of them
     */
    EvalScoring(
            Evaluator evaluator,
            EvalNetwork network,
            FeatureSourceOptions source,
            RealImages realImages,
            Path reference,
            Split part,
            List<SampleGroup> groups,
            FeatureKeeping keeping,
            Optional<WorkFolder> work) {
        this.evaluator = evaluator;
        this.networkName = network.name(evaluator);
        this.bundle = network.bundle();
        this.realImages = realImages;
        this.groups = groups;
        this.keeping = keeping;
        this.work = work;
        for (SampleGroup group : groups) {
            SampleSet set = group.sets().get(0);
            source.requireSize(evaluator, bundle, set, group.where());
            requireChannels(evaluator, set.channels());
        }
        work.ifPresent(folder -> folder.requireRoom(bytesKept()));
        this.reference = realImages.open(reference, part, first());
    }

    private SampleSet first() {
        return groups.get(0).sets().get(0);
    }

    /** Gray images are repeated for three channels; stored samples were opened with what the network takes. */
    private static void requireChannels(Evaluator evaluator, int channels) {
        int taken = evaluator.channels();
        if (channels != taken && !(channels == 1 && taken == 3)) {
            throw new UserError("The images of the bundle have " + Count.of(channels, "channel")
                    + ", but the feature network takes " + taken + ": name one that was trained with in_channels "
                    + channels + " with --features.");
        }
    }

    /** Sets of one model are scored one after another, and what is kept of one goes before the next begins. */
    private long bytesKept() {
        LongStream each = groups.stream()
                .flatMap(group -> group.sets().stream())
                .mapToLong(set -> set.count()
                        * (evaluator.bytesPerImage()
                                + (set.point().isPresent()
                                        ? (long) set.channels() * set.imageSize() * set.width()
                                        : 0)));
        return groups.size() == 1 ? each.max().orElse(0) : each.sum();
    }

    /** Extracts the features of one of several parts, for {@code --merge}. */
    List<Path> writePart(Share share, Path folder) {
        return new FeatureExtraction(evaluator, networkName, work, keeping, ConsoleProgress.onStandardError())
                .writeParts(
                        groups.stream().flatMap(group -> group.sets().stream()).toList(), reference, share, folder);
    }

    /**
     * An evaluation that is ready to begin.
     *
     * @param detail what the report says beside scores
     * @param training images that the samples may repeat
     * @throws UserError if the training images cannot be compared with
     */
    EvaluationRun run(ReportDetail detail, Optional<Path> training) {
        EvaluationRun plain = new EvaluationRun(
                        evaluator,
                        networkName,
                        bundle.map(b -> b.manifest().classes()).orElse(List.of()),
                        reference,
                        work,
                        detail,
                        ConsoleProgress.onStandardError())
                .keeping(keeping);
        return training.map(path -> plain.besideTraining(trainingImages(path))).orElse(plain);
    }

    private ReferenceImages trainingImages(Path training) {
        if (!first().hasImages()) {
            throw new UserError(
                    "--memorization compares images, and of these samples only statistics or features are known: leave"
                            + " it out.");
        }
        if (FeatureFile.is(training)) {
            throw new UserError("--memorization shows images, and " + training + " holds features alone: name images.");
        }
        ReferenceImages trained = realImages.open(training, Split.TRAIN, first());
        if (trained.describe().count() < 2) {
            throw new UserError("--memorization takes at least 2 images, and " + training + " has "
                    + trained.describe().count() + ".");
        }
        return trained;
    }

    /**
     * Scores all samples.
     *
     * @param model that generates them, if there is one
     * @param gate that will check the result; what it cannot compare is refused first
     */
    EvaluationReport score(EvaluationRun run, Optional<Model> model, Optional<BaselineGate> gate) {
        gate.ifPresent(check -> {
            check.requireComparable(run.network(), reference.describe(), evaluator.settings());
            groups.forEach(group ->
                    group.sets().forEach(set -> check.requireComparable(set.point(), announced(group.path(), set))));
        });
        return run.compare(groups.stream().map(SampleGroup::sets).toList(), model);
    }

    /** What is known of samples before they are generated. */
    private static ImageSet announced(Optional<Path> path, SampleSet set) {
        return new ImageSet(
                path.map(Path::toString).orElse(""),
                set.count(),
                set.imageSize(),
                set.width(),
                Optional.empty(),
                false,
                List.of(),
                Optional.empty());
    }
}
