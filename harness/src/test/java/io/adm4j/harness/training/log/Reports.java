package io.adm4j.harness.training.log;

import io.adm4j.harness.training.StepReport;
import io.adm4j.harness.training.StepTimes;
import io.adm4j.harness.training.TrainingStart;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reports of a run with the metrics loss and mse, batches of 4 and losses of two quartiles, of which the first is empty. */
final class Reports {
    private Reports() {}

    static TrainingStart start(long step) {
        return new TrainingStart(step, 10, 0, 4, List.of("loss", "mse"), List.of("loss_q0", "loss_q1"));
    }

    static StepReport step(long step, double learningRate, double loss, double mse, double seconds) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("loss", loss);
        metrics.put("mse", mse);
        return new StepReport(
                step,
                learningRate,
                metrics,
                Map.of("loss_q1", loss),
                3,
                7,
                4 * step,
                seconds,
                new StepTimes(0.25, 0.5, 1, 2, 4));
    }
}
