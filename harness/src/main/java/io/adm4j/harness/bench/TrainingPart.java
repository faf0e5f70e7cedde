package io.adm4j.harness.bench;

import io.adm4j.harness.training.StepTimes;
import java.util.function.ToDoubleFunction;

/** A part of training whose time is measured. */
enum TrainingPart {
    LOADING("loading a batch", "loading", times -> 0),
    WAITING("waiting for it", "data_wait", StepTimes::dataWait),
    PREPARATION("loss preparation", "preparation", StepTimes::preparation),
    FORWARD_BACKWARD("forward and backward", "forward_backward", StepTimes::forwardBackward),
    OPTIMIZER("optimizer, averages", "optimizer", StepTimes::optimizer),
    STEP("step", "step", times -> times.sum() - times.saving()),
    SAVING("writing a checkpoint", "saving", StepTimes::saving),
    OPENING("opening", "opening", times -> 0);

    private final String title;
    private final String key;
    private final ToDoubleFunction<StepTimes> seconds;

    /** @param seconds the time within a step, for the parts of a step */
    TrainingPart(String title, String key, ToDoubleFunction<StepTimes> seconds) {
        this.title = title;
        this.key = key;
        this.seconds = seconds;
    }

    /** Its name in tables. */
    String title() {
        return title;
    }

    /** Its name in JSON. */
    String key() {
        return key;
    }

    /** Whether every step has it. */
    boolean ofEveryStep() {
        return this != LOADING && this != SAVING && this != OPENING;
    }

    /** Whether its time depends on the engine. */
    boolean isOfTheEngine() {
        return this != LOADING && this != WAITING && this != PREPARATION;
    }

    double seconds(StepTimes times) {
        return seconds.applyAsDouble(times);
    }
}
