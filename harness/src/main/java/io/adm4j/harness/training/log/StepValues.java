package io.adm4j.harness.training.log;

import io.adm4j.harness.training.StepReport;
import io.adm4j.harness.training.StepTimes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The values of a step under the names that all logs have for them; those that the published trainer logs have its names. */
public final class StepValues {
    static final String SECONDS = "seconds";

    /** Durations, in seconds. */
    static final List<String> TIMES =
            List.of(SECONDS, "data_wait", "preparation", "forward_backward", "optimizer", "saving");

    /** What every task has beside step, learning rate and metrics, in the order of the log's columns. */
    static final List<String> OF_EVERY_STEP = List.of(
            "grad_norm",
            "param_norm",
            "samples",
            "data_wait",
            "preparation",
            "forward_backward",
            "optimizer",
            "saving");

    private StepValues() {}

    /** The values by name; a loss by quartile without images is missing. */
    public static Map<String, Number> of(StepReport report) {
        Map<String, Number> values = new LinkedHashMap<>();
        values.put("step", report.step());
        values.put("lr", report.learningRate());
        values.putAll(report.metrics());
        values.put(SECONDS, report.seconds());
        values.putAll(report.quartiles());
        values.put("grad_norm", report.gradientNorm());
        values.put("param_norm", report.parameterNorm());
        values.put("samples", report.images());
        StepTimes times = report.times();
        values.put("data_wait", times.dataWait());
        values.put("preparation", times.preparation());
        values.put("forward_backward", times.forwardBackward());
        values.put("optimizer", times.optimizer());
        values.put("saving", times.saving());
        return values;
    }
}
