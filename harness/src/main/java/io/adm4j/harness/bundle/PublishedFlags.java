package io.adm4j.harness.bundle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.diffusion.DiffusionConfig;
import io.adm4j.export.net.ClassifierConfig;
import io.adm4j.export.net.FlagText;
import io.adm4j.export.net.UNetConfig;
import io.adm4j.feedback.Suggestions;
import io.adm4j.feedback.UserError;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Reads published flags from files: JSON, YAML, or a command line of the published scripts. */
public final class PublishedFlags {
    /** What the published scripts write beside the flags of network and diffusion: it changes nothing of the model. */
    private static final Set<String> OF_SCRIPTS = Set.of(
            "anneal_lr",
            "base_name",
            "base_samples",
            "batch_size",
            "classifier_path",
            "classifier_scale",
            "classifier_use_fp16",
            "clip_denoised",
            "data_dir",
            "ema_rate",
            "eval_interval",
            "fp16_scale_growth",
            "iterations",
            "log_dir",
            "log_interval",
            "lr",
            "lr_anneal_steps",
            "microbatch",
            "model_path",
            "noised",
            "num_samples",
            "resume_checkpoint",
            "save_interval",
            "schedule_sampler",
            "seed",
            "use_ddim",
            "val_data_dir",
            "weight_decay");

    /** Settings of training, with a value of their type. */
    private static final ObjectNode OF_TRAINING = JsonNodeFactory.instance
            .objectNode()
            .put("batch_size", 0)
            .put("microbatch", 0)
            .put("lr", 0.0)
            .put("weight_decay", 0.0)
            .put("lr_warmup_steps", 0)
            .put("lr_anneal_steps", 0)
            .put("anneal_lr", false)
            .put("iterations", 0)
            .put("ema_rate", "")
            .put("seed", 0)
            .put("flip", false)
            .put("random_crop", false)
            .put("fp16_scale_growth", 0.0)
            .put("schedule_sampler", "");

    private static final int LONGEST_NAME = 60;

    /** The networks that flags describe. */
    public enum Network {
        DENOISER,
        CLASSIFIER;

        /** Every flag of the network and its diffusion, with a value of its type. */
        private ObjectNode known() {
            ObjectNode none = JsonNodeFactory.instance.objectNode();
            ObjectNode known =
                    DiffusionConfig.defaults().toJson().put("use_fp16", false).put("use_checkpoint", false);
            if (this == CLASSIFIER) {
                known.setAll(ClassifierConfig.fromFlags(none).toFlags());
                return known.put("noised", true).put("classifier_use_fp16", false);
            }
            known.setAll(
                    UNetConfig.fromFlags(none.deepCopy().put("large_size", 256)).toFlags());
            known.setAll(UNetConfig.fromFlags(none).toFlags());
            return known.put("out_channels", 0);
        }
    }

    private PublishedFlags() {}

    /**
     * Reads a file of published flags.
     *
     * @param network which the flags describe
     * @param notes receives a sentence that names flags of the file without meaning here
     * @return the network's flags, in their types
     * @throws UserError if the file cannot be read, or a flag is not known or of another type
     */
    public static ObjectNode read(Path file, Network network, Consumer<String> notes) {
        return read(file, network, network.known(), notes);
    }

    /**
     * As {@link #read}, for training: with its settings among the flags.
     *
     * @throws UserError as {@link #read}
     */
    public static ObjectNode readForTraining(Path file, Network network, Consumer<String> notes) {
        return read(file, network, network.known().setAll(OF_TRAINING), notes);
    }

    /** Whether a flag is a setting of training. */
    public static boolean isOfTraining(String flag) {
        return OF_TRAINING.has(flag);
    }

    private static ObjectNode read(Path file, Network network, ObjectNode known, Consumer<String> notes) {
        ObjectNode values = JsonNodeFactory.instance.objectNode();
        Set<String> without = new TreeSet<>();
        FlagFile.read(file).properties().forEach(flag -> {
            String name = flag.getKey();
            if (known.has(name)) {
                if (!flag.getValue().isNull()) {
                    values.set(name, typed(file, name, flag.getValue(), known.get(name)));
                }
            } else if (OF_SCRIPTS.contains(name) || isOfAnother(network, name)) {
                without.add(name);
            } else {
                throw unknown(file, name, known);
            }
        });
        if (!without.isEmpty()) {
            notes.accept("Of the flags in " + file + ", these have no meaning here and are ignored: "
                    + String.join(", ", without) + ".");
        }
        return values;
    }

    private static boolean isOfAnother(Network network, String name) {
        return List.of(Network.values()).stream()
                .anyMatch(other -> other != network && other.known().has(name));
    }

    private static JsonNode typed(Path file, String name, JsonNode value, JsonNode example) {
        // Lists of numbers may be arrays.
        if (value.isArray() && example.isTextual()) {
            return value;
        }
        if (value.isContainerNode()) {
            throw new UserError(
                    "The flag " + name + " in " + file + " must be one value, not " + shortened(value) + ".");
        }
        try {
            String text = value.asText().strip();
            if (example.isBoolean()) {
                return JsonNodeFactory.instance.booleanNode(FlagText.truth(name, text));
            }
            if (example.isInt()) {
                return JsonNodeFactory.instance.numberNode(FlagText.integer(name, text));
            }
            if (example.isDouble()) {
                return JsonNodeFactory.instance.numberNode(FlagText.real(name, text));
            }
            return JsonNodeFactory.instance.textNode(text);
        } catch (UserError e) {
            throw new UserError("In " + file + ": " + e.getMessage(), e);
        }
    }

    private static UserError unknown(Path file, String name, ObjectNode known) {
        String shown = shortened(JsonNodeFactory.instance.textNode(name));
        List<String> near = name.length() > LONGEST_NAME ? List.of() : Suggestions.of(name, names(known));
        return new UserError("The flag " + shown + " in " + file + " is not known: "
                + (near.isEmpty() ? "" : "did you mean " + near.get(0) + "? ") + "correct it or leave it out.");
    }

    private static List<String> names(ObjectNode flags) {
        List<String> names = new ArrayList<>();
        flags.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static String shortened(JsonNode value) {
        String text = value.toString();
        return text.length() > LONGEST_NAME ? text.substring(0, LONGEST_NAME) + "..." : text;
    }
}
