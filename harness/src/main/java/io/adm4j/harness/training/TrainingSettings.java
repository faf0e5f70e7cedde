package io.adm4j.harness.training;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.export.net.FlagText;
import io.adm4j.feedback.UserError;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

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
 * @param batchSizeSince first step of the batch size, from 0; later than that if it was changed on resume
 * @param imagesBefore images of the steps before that one
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
        boolean flip,
        long batchSizeSince,
        long imagesBefore) {

    private static final String SINCE = "batch_size_since";

    /** Settings with the same batch size from the first step on. */
    public TrainingSettings(
            int batchSize,
            int microbatch,
            double learningRate,
            double weightDecay,
            long warmupSteps,
            long annealSteps,
            List<Double> emaRates,
            long seed,
            boolean flip) {
        this(batchSize, microbatch, learningRate, weightDecay, warmupSteps, annealSteps, emaRates, seed, flip, 0, 0);
    }

    /**
     * The same with the batch size counting from another step on.
     *
     * @param step first step, from 0
     * @param images of the steps before it
     */
    TrainingSettings withBatchSizeSince(long step, long images) {
        return new TrainingSettings(
                batchSize,
                microbatch,
                learningRate,
                weightDecay,
                warmupSteps,
                annealSteps,
                emaRates,
                seed,
                flip,
                step,
                images);
    }

    /**
     * The images of all steps before one: the place of its first image in the order of all epochs.
     *
     * @param step from 0
     */
    public long imagesBefore(long step) {
        // A checkpoint of before the change may be resumed: its images are counted by the mean batch up to the change.
        return step < batchSizeSince
                ? Math.multiplyExact(imagesBefore, step) / batchSizeSince
                : imagesBefore + (step - batchSizeSince) * batchSize;
    }

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
        if (batchSizeSince > 0) {
            json.putObject(SINCE).put("step", batchSizeSince).put("images", imagesBefore);
        }
        return json;
    }

    /**
     * Settings from what {@link #toJson} writes, and from what people write: values may be texts, {@code microbatch} may be missing or below 1 for
     * the whole batch, and {@code anneal_lr} stands for annealing over {@code iterations}, unless {@code lr_anneal_steps} says
     * otherwise.
     *
     * @param flags under the published names; others are not looked at
     * @param steps the iterations, if the flags have none
     * @throws UserError if a value is of another type, or out of its range
     */
    public static TrainingSettings fromFlags(ObjectNode flags, long steps) {
        long batchSize = whole(flags, "batch_size", 1);
        long microbatch = flags.has("microbatch") ? whole(flags, "microbatch", -1) : -1;
        long annealSteps = flags.has("lr_anneal_steps") ? whole(flags, "lr_anneal_steps", 0) : 0;
        if (annealSteps == 0 && flags.has("anneal_lr") && FlagText.truth("anneal_lr", text(flags, "anneal_lr"))) {
            annealSteps = flags.has("iterations") ? whole(flags, "iterations", 1) : steps;
        }
        return new TrainingSettings(
                (int) batchSize,
                (int) (microbatch < 1 ? batchSize : Math.min(microbatch, batchSize)),
                real(flags, "lr", true),
                real(flags, "weight_decay", false),
                whole(flags, "lr_warmup_steps", 0),
                annealSteps,
                rates(flags.get("ema_rate")),
                whole(flags, "seed", Long.MIN_VALUE),
                FlagText.truth("flip", text(flags, "flip")));
    }

    private static String text(JsonNode flags, String name) {
        return flags.required(name).asText().strip();
    }

    private static long whole(JsonNode flags, String name, long least) {
        String text = text(flags, name);
        try {
            long value = Long.parseLong(text);
            boolean counts = name.equals("batch_size") || name.equals("microbatch");
            if (value >= least && !(counts && value > Integer.MAX_VALUE)) {
                return value;
            }
        } catch (NumberFormatException e) {
            // The message below says it.
        }
        throw new UserError("The setting " + name + " must be a whole number"
                + (least == Long.MIN_VALUE ? "" : " of at least " + least) + ", not '" + text + "'.");
    }

    private static double real(JsonNode flags, String name, boolean positive) {
        double value = FlagText.real(name, text(flags, name));
        if (value < 0 || positive && value == 0) {
            throw new UserError("The setting " + name + " must be " + (positive ? "above 0" : "at least 0") + ", not "
                    + value + ".");
        }
        return value;
    }

    private static List<Double> rates(JsonNode given) {
        List<String> texts = new ArrayList<>();
        if (given.isArray()) {
            given.forEach(rate -> texts.add(rate.asText()));
        } else {
            texts.addAll(Stream.of(given.asText().split(","))
                    .filter(text -> !text.isBlank())
                    .toList());
        }
        List<Double> rates = new ArrayList<>();
        for (String text : texts) {
            double rate = FlagText.real("ema_rate", text.strip());
            if (rate <= 0 || rate >= 1) {
                throw new UserError("A rate of a moving average (ema_rate) is above 0 and below 1, not " + rate + ".");
            }
            if (rates.contains(rate)) {
                throw new UserError("--ema-rate has the rate " + rate + " twice: give each once.");
            }
            rates.add(rate);
        }
        return List.copyOf(rates);
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
                json.get("flip").asBoolean(),
                json.path(SINCE).path("step").asLong(),
                json.path(SINCE).path("images").asLong());
    }
}
