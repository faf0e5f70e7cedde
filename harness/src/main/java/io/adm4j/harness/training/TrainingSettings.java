package io.adm4j.harness.training;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * Hyperparameters of a training run, for any network.
 *
 * @param batchSize images per optimizer step
 * @param microbatch images per pass through the network; gradients are summed over passes
 * @param learningRate AdamW's learning rate; see {@link LearningRateSchedule}
 * @param weightDecay AdamW's decoupled weight decay
 * @param warmupSteps steps over which the learning rate grows linearly from 0
 * @param annealSteps step at which the learning rate has fallen linearly to 0; 0 keeps it constant
 * @param emaRates decay rates of the exponential moving averages of the weights, each in (0, 1)
 * @param seed of the initial weights, the order of the images, the timesteps and the noise
 * @param flip whether images are mirrored left to right with probability 1/2
 */
public record TrainingSettings(
        int batchSize,
        int microbatch,
        double learningRate,
        double weightDecay,
        long warmupSteps,
        long annealSteps,
        List<Double> emaRates,
        long seed,
        boolean flip) {

    /** The learning rate of each step. */
    LearningRateSchedule schedule() {
        return new LearningRateSchedule(learningRate, warmupSteps, annealSteps);
    }

    /** The settings as JSON, with the published trainers' names. */
    public ObjectNode toJson(ObjectMapper mapper) {
        ObjectNode json = mapper.createObjectNode()
                .put("batch_size", batchSize)
                .put("microbatch", microbatch)
                .put("lr", learningRate)
                .put("weight_decay", weightDecay)
                .put("lr_warmup_steps", warmupSteps)
                .put("lr_anneal_steps", annealSteps)
                .put("seed", seed)
                .put("flip", flip);
        ArrayNode rates = json.putArray("ema_rate");
        emaRates.forEach(rates::add);
        return json;
    }

    /** Reads what {@link #toJson} wrote. */
    public static TrainingSettings fromJson(JsonNode json) {
        List<Double> rates = new ArrayList<>();
        json.get("ema_rate").forEach(r -> rates.add(r.asDouble()));
        return new TrainingSettings(
                json.get("batch_size").asInt(),
                json.get("microbatch").asInt(),
                json.get("lr").asDouble(),
                json.get("weight_decay").asDouble(),
                json.get("lr_warmup_steps").asLong(),
                json.get("lr_anneal_steps").asLong(),
                List.copyOf(rates),
                json.get("seed").asLong(),
                json.get("flip").asBoolean());
    }
}
