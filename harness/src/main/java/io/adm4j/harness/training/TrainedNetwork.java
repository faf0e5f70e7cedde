package io.adm4j.harness.training;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.harness.data.Dataset;

/** The networks that can be trained. */
public enum TrainedNetwork {
    DENOISER("diffusion"),
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
     * The flags of a new run with those that depend on the images: a denoiser is class-conditional by default if the images
     * have labels.
     *
     * @param flags published flags; not modified
     */
    public ObjectNode completed(ObjectNode flags, Dataset images) {
        ObjectNode completed = flags.deepCopy();
        if (this == DENOISER && !flags.has("class_cond")) {
            completed.put("class_cond", images.hasLabels());
        }
        return completed;
    }

    /**
     * The task that a run's flags describe.
     *
     * @throws io.adm4j.feedback.UserError if the flags are invalid or do not fit the images
     */
    public TrainingTask task(JsonNode flags, Dataset images, TrainingSettings settings) {
        return switch (this) {
            case DENOISER -> new DiffusionTask(flags, images, settings);
            case CLASSIFIER -> new ClassifierTask(flags, images, settings);
        };
    }
}
