package io.adm4j.harness.cli.command;

import io.adm4j.harness.cli.console.ConsoleProgress;
import io.adm4j.harness.zoo.FetchFolder;
import io.adm4j.harness.zoo.PublishedSampling;
import io.adm4j.harness.zoo.ReleasedFile;
import io.adm4j.harness.zoo.ReleasedModel;
import io.adm4j.harness.zoo.ReleasedModels;
import io.adm4j.harness.zoo.TrainingPresets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Commands that use released models, ready to paste.
 *
 * @param dir folder of fetched files; null for the usual one
 */
public record ReleasedModelCommands(ReleasedModels released, Path dir) {
    /** Name of the published evaluator's network. */
    private static final String INCEPTION = "inception";

    /** Before the names of reference statistics; the other files are feature networks. */
    private static final String REFERENCE = "reference-";

    /** From nothing to a few images. */
    public List<String> toSample(ReleasedModel model) {
        List<String> names = Stream.concat(model.upsamples().stream(), Stream.of(model.name()))
                .toList();
        String labels = model.hasClasses() ? " --labels \"goldfish,arctic fox,flamingo,cheeseburger\"" : " --samples 4";
        return Stream.of(
                        Stream.of("harness fetch " + String.join(" ", names) + folder()),
                        names.stream().map(this::importing),
                        Stream.of(sampling(model) + labels + " --grid " + model.name() + ".png"))
                .flatMap(s -> s)
                .toList();
    }

    /** From a bundle to the scores that the paper reports. */
    public List<String> toScore(ReleasedModel model) {
        String samples = model.name() + ".npz";
        String labels = model.hasClasses() ? " --labels random" : "";
        return List.of(
                "harness fetch " + INCEPTION + " " + model.reference() + folder(),
                importingFeatures(INCEPTION),
                sampling(model) + labels + " --samples 50000 --out " + samples,
                "harness eval --features " + INCEPTION + ".onnx --reference " + place(model.reference())
                        + " --samples-npz " + samples + " --out " + model.name() + "-report");
    }

    /** From the dataset to networks of this kind. */
    public List<String> toTrain(ReleasedModel model) {
        return TrainingPresets.load().presets().stream()
                .filter(preset -> preset.name().equals("adm-" + model.name()))
                .map(preset -> "harness train " + preset.kind() + " --preset " + preset.name()
                        + " --data IMAGES --out runs/" + preset.name() + "-" + preset.kind())
                .toList();
    }

    /** What is done with a thing that was fetched; empty for what another command takes as it is. */
    public List<String> next(String name) {
        if (released.otherFiles().stream().anyMatch(file -> file.name().equals(name)) && !name.startsWith(REFERENCE)) {
            return List.of(importingFeatures(name));
        }
        return released.models().stream()
                .filter(m -> m.name().equals(name))
                .map(m -> importing(name))
                .toList();
    }

    private String importing(String name) {
        return "harness import --model " + name + folder() + " --out " + name;
    }

    private String importingFeatures(String network) {
        return "harness import-features " + place(network) + " --out " + network + ".onnx";
    }

    /** The best published way; of two stages both. */
    private String sampling(ReleasedModel model) {
        PublishedSampling best = model.settings().get(0);
        if (model.upsamples().isEmpty()) {
            return "harness sample --bundle " + model.name() + " " + best.options();
        }
        ReleasedModel base = released.model(model.upsamples().get());
        return sampling(base) + " --upsampler " + model.name() + " --upsampler-sampler " + best.sampler()
                + " --upsampler-steps " + best.steps();
    }

    private Path place(String name) {
        ReleasedFile file = released.filesOf(name).get(0);
        return FetchFolder.of(dir, ConsoleProgress.onStandardError()).place(file);
    }

    private String folder() {
        return dir == null ? "" : " --dir " + dir;
    }
}
