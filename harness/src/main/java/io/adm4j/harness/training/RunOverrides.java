package io.adm4j.harness.training;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.export.net.FlagText;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.training.engine.EngineKind;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Settings of a run that change when it is resumed. {@code run.json} has the values that count from then on, and what was
 * changed at which step:
 *
 * <pre>
 * "overrides": [{"step": 1000, "values": {"lr": 1.0E-4}, "before": {"lr": 0.001}}]
 * </pre>
 */
public final class RunOverrides {
    private static final List<String> OF_TRAINING = List.of(
            "lr",
            "batch_size",
            "microbatch",
            "weight_decay",
            "lr_warmup_steps",
            "lr_anneal_steps",
            "ema_rate",
            "seed",
            "flip");
    private static final List<String> OF_UNETS = List.of("dropout", "schedule_sampler");
    private static final List<String> OF_CLASSIFIERS = List.of("random_crop");

    private final Map<String, String> values = new LinkedHashMap<>();
    private final TrainedNetwork network;

    /**
     * @param given values by name, as they are typed; {@code -} in a name counts as {@code _}
     * @throws UserError if a setting cannot be changed
     */
    public RunOverrides(TrainedNetwork network, Map<String, String> given) {
        this.network = network;
        Set<String> known = new LinkedHashSet<>(OF_TRAINING);
        known.addAll(ofFlags());
        given.forEach((name, value) -> {
            String setting = name.strip().replaceFirst("^--", "").replace('-', '_');
            if (!known.contains(setting)) {
                throw new UserError("--override cannot change " + setting + " of a run of 'train " + network.kind()
                        + "'; what it can change: " + String.join(", ", known) + ".");
            }
            values.put(setting, value);
        });
    }

    private List<String> ofFlags() {
        return network == TrainedNetwork.CLASSIFIER ? OF_CLASSIFIERS : OF_UNETS;
    }

    /**
     * Describes the run as it is trained from a step on.
     *
     * @param description contents of run.json; not modified
     * @param step of the checkpoint that is resumed
     * @param engine that saved it
     * @return the new contents; equal to {@code description} if nothing changes
     * @throws UserError if a value cannot be used
     */
    public ObjectNode applied(ObjectNode description, long step, EngineKind engine) {
        ObjectNode before = description.deepCopy();
        ObjectNode after = description.deepCopy();
        ObjectNode flags = after.withObject("/flags");
        values.forEach((name, value) -> {
            if (ofFlags().contains(name)) {
                flags.set(name, flag(name, value));
            }
        });
        after.set("training", training(before.get("training"), step).toJson(new ObjectMapper()));
        if (!engine.canChangeAverages() && !equal(after.at("/training/ema_rate"), before.at("/training/ema_rate"))) {
            throw new UserError(
                    "--override cannot change ema_rate of a run with --engine ort, whose checkpoints keep their"
                            + " averages: start a new run with --init-from.");
        }
        record(before, after, step);
        return after;
    }

    private static JsonNode flag(String name, String value) {
        JsonNodeFactory json = JsonNodeFactory.instance;
        return switch (name) {
            case "dropout" -> json.numberNode(FlagText.real(name, value));
            case "random_crop" -> json.booleanNode(FlagText.truth(name, value));
            default -> json.textNode(ScheduleSampler.of(value).toString());
        };
    }

    private TrainingSettings training(JsonNode known, long step) {
        TrainingSettings old = TrainingSettings.fromJson(known);
        ObjectNode changed = known.deepCopy();
        if (old.microbatch() == old.batchSize()) {
            // The whole batch, whatever its size.
            changed.remove("microbatch");
        }
        values.forEach((name, value) -> {
            if (OF_TRAINING.contains(name)) {
                changed.put(name, value);
            }
        });
        TrainingSettings settings = TrainingSettings.fromFlags(changed, 0);
        return settings.batchSize() == old.batchSize()
                ? settings.withBatchSizeSince(old.batchSizeSince(), old.imagesBefore())
                : settings.withBatchSizeSince(step, old.imagesBefore(step));
    }

    /** As they are written: numbers that were read may be of another type. */
    private static boolean equal(JsonNode one, JsonNode other) {
        return one.toString().equals(other.toString());
    }

    private void record(ObjectNode before, ObjectNode after, long step) {
        ObjectNode set = JsonNodeFactory.instance.objectNode();
        ObjectNode replaced = JsonNodeFactory.instance.objectNode();
        for (String name : values.keySet()) {
            String part = ofFlags().contains(name) ? "flags" : "training";
            JsonNode value = after.get(part).get(name);
            JsonNode old = before.get(part).path(name);
            if (!equal(value, old)) {
                set.set(name, value);
                replaced.set(name, old.isMissingNode() ? JsonNodeFactory.instance.nullNode() : old);
            }
        }
        if (!set.isEmpty()) {
            ObjectNode change = after.withArray("overrides").addObject().put("step", step);
            change.set("values", set);
            change.set("before", replaced);
        }
    }
}
