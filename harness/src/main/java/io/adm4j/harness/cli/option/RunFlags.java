package io.adm4j.harness.cli.option;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.bundle.PublishedFlags;
import io.adm4j.harness.training.TrainedNetwork;
import io.adm4j.harness.training.TrainingSettings;
import io.adm4j.harness.zoo.TrainingPreset;
import io.adm4j.harness.zoo.TrainingPresets;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The flags and settings of a new training run, in layers: the options that were given, over the file of {@code --flags}, over
 * {@code --preset}, over the flags of the source of its weights, over the defaults of the options.
 */
public final class RunFlags {
    private static final Set<String> OF_NETWORK = Set.of("schedule_sampler", "random_crop", "fp16_scale_growth");

    private final PublishedFlagOptions network;
    private final PublishedFlagOptions training;
    private final Optional<TrainingPreset> preset;
    private final ObjectNode file;

    private RunFlags(
            PublishedFlagOptions network,
            PublishedFlagOptions training,
            Optional<TrainingPreset> preset,
            ObjectNode file) {
        this.network = network;
        this.training = training;
        this.preset = preset;
        this.file = file;
    }

    /**
     * The flags of a command that has been parsed; what of the file has no meaning here is named on standard error.
     *
     * @throws UserError if there is no such preset, the file cannot be read, or has flags that are not known
     */
    public static RunFlags of(CommandSpec command, PresetOptions presets, TrainedNetwork trained) {
        Optional<TrainingPreset> preset = Optional.ofNullable(presets.preset)
                .map(name -> TrainingPresets.load().preset(trained.kind(), name));
        ObjectNode file = presets.flagsFile == null
                ? JsonNodeFactory.instance.objectNode()
                : PublishedFlags.readForTraining(
                        presets.flagsFile,
                        trained == TrainedNetwork.CLASSIFIER
                                ? PublishedFlags.Network.CLASSIFIER
                                : PublishedFlags.Network.DENOISER,
                        command.commandLine().getErr()::println);
        return new RunFlags(PublishedFlagOptions.of(command), PublishedFlagOptions.ofTraining(command), preset, file);
    }

    /**
     * The flags of network and diffusion.
     *
     * @param defaults over those that the options declare; not modified
     * @param ofSource flags of the source of the weights; not modified
     */
    public ObjectNode network(ObjectNode defaults, ObjectNode ofSource) {
        ObjectNode flags = network.values().setAll(defaults);
        flags.setAll(ofSource);
        preset.ifPresent(chosen -> {
            flags.setAll(chosen.flags());
            chosen.training().properties().forEach(setting -> {
                if (OF_NETWORK.contains(setting.getKey())) {
                    flags.set(setting.getKey(), setting.getValue());
                }
            });
        });
        file.properties().forEach(flag -> {
            if (!PublishedFlags.isOfTraining(flag.getKey()) || OF_NETWORK.contains(flag.getKey())) {
                flags.set(flag.getKey(), flag.getValue());
            }
        });
        return flags.setAll(network.given());
    }

    /** The steps of the whole training, where any layer has them. */
    public OptionalLong iterations() {
        ObjectNode settings = layeredTraining();
        return settings.has("iterations")
                ? OptionalLong.of(settings.get("iterations").asLong())
                : OptionalLong.empty();
    }

    /**
     * The settings of training.
     *
     * @param steps the length of the whole training, where no layer has it
     * @throws UserError if a value cannot be used
     */
    public TrainingSettings training(long steps) {
        return TrainingSettings.fromFlags(layeredTraining(), steps);
    }

    private ObjectNode layeredTraining() {
        ObjectNode given = training.given();
        if (given.path("anneal_lr").asBoolean() && given.has("lr_anneal_steps")) {
            throw new UserError("--anneal-lr and --lr-anneal-steps both say when the learning rate is 0: give one.");
        }
        ObjectNode settings = training.values();
        settings.put("flip", settings.path("flip").asBoolean());
        preset.ifPresent(chosen -> put(chosen.training(), settings));
        ObjectNode ofFile = file.deepCopy();
        file.fieldNames().forEachRemaining(flag -> {
            if (!PublishedFlags.isOfTraining(flag)) {
                ofFile.remove(flag);
            }
        });
        put(ofFile, settings);
        put(given, settings);
        return settings;
    }

    /** Each of the two ways to anneal replaces the other of the layers below. */
    private static void put(ObjectNode layer, ObjectNode settings) {
        if (layer.has("lr_anneal_steps")) {
            settings.remove("anneal_lr");
        } else if (layer.has("anneal_lr")) {
            settings.put("lr_anneal_steps", 0);
        }
        settings.setAll(layer);
    }
}
