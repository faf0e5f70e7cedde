package io.adm4j.bundle;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.diffusion.DiffusionConfig;
import io.adm4j.feedback.Count;
import io.adm4j.feedback.UserError;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The contents of {@code model.json}.
 *
 * @param name of the model, for messages and reports
 * @param imageSize height and width of an image, in pixels
 * @param channels of an image: 1 for grayscale, 3 for RGB; 3 where {@code model.json} does not say
 * @param denoiser the denoiser's flags under their published names
 * @param classifier the noisy classifier's flags, if there is one
 * @param diffusion the process that the denoiser was trained on
 * @param classes names by label; empty where unknown or without classes
 * @param sampling defaults for sampling, by the names of the function's fields; empty for most models
 * @param provenance free-form: how the model was made
 * @param files the bundle's files by name
 */
public record Manifest(
        String name,
        int imageSize,
        int channels,
        ObjectNode denoiser,
        Optional<ObjectNode> classifier,
        DiffusionConfig diffusion,
        List<String> classes,
        ObjectNode sampling,
        ObjectNode provenance,
        Map<String, FileEntry> files) {
    /** The format of bundles that is written, and the only one that is read. */
    public static final int FORMAT_VERSION = 1;

    /** Longest {@code model.json}, in bytes: names of many thousand classes fit. */
    public static final int MOST_BYTES = 16 << 20;

    /** Values of an image beyond which no memory or file format would hold it in float32. */
    private static final long MOST_VALUES = 1L << 28;

    private static final int LARGEST_SIDE = 1 << 16;
    private static final int MOST_CLASSES = 1_000_000;
    private static final int RGB = 3;

    /**
     * A file of the bundle.
     *
     * @param sha256 64 lower-case hexadecimal digits
     * @param bytes its length
     */
    public record FileEntry(String sha256, long bytes) {}

    public Manifest {
        if (imageSize < 1) {
            throw new IllegalArgumentException("An image size is at least 1, not " + imageSize + ".");
        }
        if (channels < 1) {
            throw new IllegalArgumentException("An image has at least 1 channel, not " + channels + ".");
        }
        if (imageSize > LARGEST_SIDE
                || channels > LARGEST_SIDE
                || (long) imageSize * imageSize * channels > MOST_VALUES) {
            throw new IllegalArgumentException("Images of " + imageSize + "x" + imageSize + " with "
                    + Count.of(channels, "channel") + " are larger than any that can be sampled.");
        }
        checkChannels("denoiser", denoiser, channels);
        classifier.ifPresent(flags -> checkChannels("classifier", flags, channels));
        classes = List.copyOf(classes);
        files = Collections.unmodifiableMap(new LinkedHashMap<>(files));
        OptionalInt known = knownClasses(denoiser, classifier);
        if (known.isPresent() && (known.getAsInt() < 1 || known.getAsInt() > MOST_CLASSES)) {
            throw new IllegalArgumentException(
                    "A model knows 1 to " + MOST_CLASSES + " classes (num_classes), not " + known.getAsInt() + ".");
        }
        if (!classes.isEmpty() && known.isPresent() && known.getAsInt() != classes.size()) {
            throw new IllegalArgumentException("It names " + classes.size() + " classes, but its networks know "
                    + known.getAsInt() + ": there must be a name for each, or none.");
        }
    }

    private static void checkChannels(String network, ObjectNode flags, int channels) {
        int own = flags.path("in_channels").asInt(channels);
        if (own != channels) {
            throw new IllegalArgumentException("It is a model of images with " + Count.of(channels, "channel")
                    + ", but in_channels of its " + network + " is " + own + ".");
        }
    }

    /** A manifest for {@link BundleWriter}, which fills in the files. */
    public static Manifest describing(
            String name,
            int imageSize,
            int channels,
            ObjectNode denoiser,
            Optional<ObjectNode> classifier,
            DiffusionConfig diffusion,
            List<String> classes,
            ObjectNode provenance) {
        ObjectNode sampling = JsonNodeFactory.instance.objectNode();
        return new Manifest(
                name, imageSize, channels, denoiser, classifier, diffusion, classes, sampling, provenance, Map.of());
    }

    /** The same manifest with defaults for sampling. */
    public Manifest withSampling(ObjectNode defaults) {
        return new Manifest(
                name, imageSize, channels, denoiser, classifier, diffusion, classes, defaults, provenance, files);
    }

    /** Whether the denoiser takes labels. */
    public boolean classConditional() {
        return denoiser.path("class_cond").asBoolean(false);
    }

    /** Whether the denoiser takes labels or the model has a classifier, which does. */
    public boolean takesLabels() {
        return classConditional() || classifier.isPresent();
    }

    /** Height and width of the images that the model upsamples; empty for a model that is no upsampler. */
    public OptionalInt smallSize() {
        JsonNode size = denoiser.path("small_size");
        return denoiser.has("large_size") && size.isInt() ? OptionalInt.of(size.intValue()) : OptionalInt.empty();
    }

    /** Number of classes by the names or the flags; empty for a model without labels, and where neither tells. */
    public OptionalInt classCount() {
        return takesLabels() && !classes.isEmpty()
                ? OptionalInt.of(classes.size())
                : knownClasses(denoiser, classifier);
    }

    /** Number of classes by the flags; empty for a model without labels, and where they do not tell. */
    private static OptionalInt knownClasses(ObjectNode denoiser, Optional<ObjectNode> classifier) {
        boolean conditional = denoiser.path("class_cond").asBoolean(false);
        if (!conditional && classifier.isEmpty()) {
            return OptionalInt.empty();
        }
        // An unconditional denoiser's flag says nothing; its classifier knows what it was trained on.
        JsonNode count = denoiser.path("num_classes");
        if (classifier.isPresent() && !(conditional && count.isInt())) {
            count = classifier.get().path("num_classes");
        }
        return count.isInt() ? OptionalInt.of(count.intValue()) : OptionalInt.empty();
    }

    /** The classes that a user can name. */
    public ClassNames classNames() {
        return new ClassNames(classCount().orElse(0), classes);
    }

    /**
     * SHA-256 of each file that determines what the model computes. The denoiser's vector-Jacobian product follows from the denoiser, and
     * may be added to a bundle at any time.
     */
    public Map<String, String> checksums() {
        Map<String, String> checksums = new LinkedHashMap<>();
        files.forEach((file, entry) -> {
            if (!file.startsWith(ModelBundle.DENOISER_VJP)) {
                checksums.put(file, entry.sha256());
            }
        });
        return checksums;
    }

    Manifest withFiles(Map<String, FileEntry> actual) {
        return new Manifest(
                name, imageSize, channels, denoiser, classifier, diffusion, classes, sampling, provenance, actual);
    }

    /** The contents of {@code model.json}. */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("formatVersion", FORMAT_VERSION)
                .put("name", name)
                .put("imageSize", imageSize)
                .put("channels", channels);
        json.set("denoiser", denoiser);
        classifier.ifPresent(flags -> json.set("classifier", flags));
        json.set("diffusion", diffusion.toJson());
        classes.forEach(json.putArray("classes")::add);
        if (!sampling.isEmpty()) {
            json.set("sampling", sampling);
        }
        json.set("provenance", provenance);
        ObjectNode list = json.putObject("files");
        files.forEach((file, entry) ->
                list.putObject(file).put("sha256", entry.sha256()).put("bytes", entry.bytes()));
        return json;
    }

    /**
     * Reads the bytes of {@code model.json}.
     *
     * @param what how messages name it
     * @throws BundleException if it is no JSON, of another format version, or something is missing or of another kind
     */
    public static Manifest parse(byte[] json, String what) {
        try {
            return fromJson(new ObjectMapper().readTree(json), what);
        } catch (JsonProcessingException e) {
            String line = e.getLocation() == null
                    ? "?"
                    : String.valueOf(e.getLocation().getLineNr());
            throw new BundleException(
                    what + " is not readable JSON (line " + line + "); fetch or export the bundle again.", e);
        } catch (IOException e) {
            throw new BundleException(what + " could not be read: " + e.getMessage() + ".", e);
        }
    }

    /**
     * Reads {@code model.json}.
     *
     * @param what how messages name it
     * @throws BundleException if it is of another format version, or something is missing or of another kind
     */
    static Manifest fromJson(JsonNode json, String what) {
        JsonNode version = json.path("formatVersion");
        if (!version.isInt()) {
            throw new BundleException(what + " is no bundle manifest: it has no 'formatVersion'.");
        }
        if (version.intValue() != FORMAT_VERSION) {
            throw new BundleException(
                    what + " has format version " + version.intValue() + ", but this program reads version "
                            + FORMAT_VERSION + "; use the program that wrote it, or export the model again.");
        }
        List<String> classes = new ArrayList<>();
        json.path("classes").forEach(node -> classes.add(node.asText()));
        try {
            return new Manifest(
                    json.path("name").asText(""),
                    size(json, "imageSize", 0),
                    size(json, "channels", json.has("channels") ? 0 : RGB),
                    object(json, "denoiser", what),
                    json.has("classifier") ? Optional.of(object(json, "classifier", what)) : Optional.empty(),
                    diffusion(object(json, "diffusion", what), what),
                    classes,
                    json.has("sampling") ? object(json, "sampling", what) : JsonNodeFactory.instance.objectNode(),
                    json.path("provenance") instanceof ObjectNode p ? p : JsonNodeFactory.instance.objectNode(),
                    files(object(json, "files", what), what));
        } catch (IllegalArgumentException e) {
            throw new BundleException(what + " is wrong: " + e.getMessage(), e);
        }
    }

    private static int size(JsonNode json, String field, int otherwise) {
        JsonNode value = json.path(field);
        if (value.isNumber() && !value.canConvertToInt()) {
            throw new IllegalArgumentException("Its " + field + " cannot be " + value + ".");
        }
        return value.asInt(otherwise);
    }

    private static DiffusionConfig diffusion(ObjectNode json, String what) {
        try {
            return DiffusionConfig.fromJson(json);
        } catch (UserError e) {
            throw new BundleException(what + " is wrong: " + e.getMessage(), e);
        }
    }

    private static ObjectNode object(JsonNode json, String field, String what) {
        if (json.path(field) instanceof ObjectNode object) {
            return object;
        }
        throw new BundleException(what + " is incomplete: it has no object '" + field + "'.");
    }

    private static Map<String, FileEntry> files(ObjectNode json, String what) {
        Map<String, FileEntry> files = new LinkedHashMap<>();
        json.properties().forEach(field -> {
            JsonNode sha = field.getValue().path("sha256");
            JsonNode bytes = field.getValue().path("bytes");
            // A name with a path in it could point out of the bundle.
            if (!plainName(field.getKey()) || !sha.asText().matches("[0-9a-f]{64}") || !bytes.isIntegralNumber()) {
                throw new BundleException(what + " is wrong: its entry for the file '" + field.getKey()
                        + "' is not a plain file name with 'sha256' and 'bytes'.");
            }
            files.put(field.getKey(), new FileEntry(sha.asText(), bytes.longValue()));
        });
        return files;
    }

    /** Whether a file name stays within its folder. */
    static boolean plainName(String name) {
        return name.matches("[A-Za-z0-9_][A-Za-z0-9._-]*");
    }
}
