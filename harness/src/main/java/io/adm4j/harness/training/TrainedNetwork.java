package io.adm4j.harness.training;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.export.net.ClassifierConfig;
import io.adm4j.export.net.UNetConfig;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.data.Dataset;

/** The networks that can be trained. */
public enum TrainedNetwork {
    DENOISER("diffusion"),
    UPSAMPLER("upsampler"),
    CLASSIFIER("classifier");

    private final String kind;

    TrainedNetwork(String kind) {
        this.kind = kind;
    }

    /** The training command's name, and the kind in run.json: "diffusion". */
    public String kind() {
        return kind;
    }

    /**
     * The channels of the images that the flags' network takes.
     *
     * @throws UserError if the flags are invalid, or describe a network of another kind
     */
    public int channels(JsonNode flags) {
        return this == CLASSIFIER
                ? ClassifierConfig.fromFlags(flags).inChannels()
                : unet(flags).inChannels();
    }

    /**
     * Height and width of the images that the flags' network is trained with; the large ones of an upsampler.
     *
     * @throws UserError if the flags are invalid, or describe a network of another kind
     */
    public int imageSize(JsonNode flags) {
        return this == CLASSIFIER
                ? ClassifierConfig.fromFlags(flags).imageSize()
                : unet(flags).imageSize();
    }

    private UNetConfig unet(JsonNode flags) {
        UNetConfig config = UNetConfig.fromFlags(flags);
        if (this == DENOISER && config.superResolution()) {
            throw new UserError("The flags describe an upsampler (large_size " + config.imageSize()
                    + "), and 'train diffusion' trains denoisers: give image_size instead of large_size and small_size,"
                    + " or train it with 'train upsampler'.");
        }
        if (this == UPSAMPLER && !config.superResolution()) {
            throw new UserError("An upsampler needs the sizes of its images: give large_size and small_size.");
        }
        return config;
    }

    /**
     * The flags of a new run with those that depend on the images: a UNet is class-conditional by default if the images
     * have labels, and there are as many classes as the labels have. {@code out_channels} follows from other flags and is
     * left out.
     *
     * @param flags published flags; not modified
     */
    public ObjectNode completed(ObjectNode flags, Dataset images) {
        ObjectNode completed = flags.deepCopy();
        completed.remove("out_channels");
        if (this != CLASSIFIER && !flags.has("class_cond")) {
            completed.put("class_cond", images.hasLabels());
        }
        boolean takesLabels = this == CLASSIFIER || completed.path("class_cond").asBoolean();
        if (takesLabels && images.hasLabels() && !flags.has("num_classes")) {
            completed.put("num_classes", images.classCount());
        }
        return completed;
    }

    /**
     * The task that a run's flags describe.
     *
     * @throws UserError if the flags are invalid or do not fit the images
     */
    public TrainingTask task(JsonNode flags, Dataset images, TrainingSettings settings) {
        return switch (this) {
            case DENOISER, UPSAMPLER -> new DiffusionTask(flags, images, settings);
            case CLASSIFIER -> new ClassifierTask(flags, images, settings);
        };
    }
}
