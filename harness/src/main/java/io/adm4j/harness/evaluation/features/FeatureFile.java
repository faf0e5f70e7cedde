package io.adm4j.harness.evaluation.features;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.data.Resampling;
import io.adm4j.harness.evaluation.features.FeatureExtractor.FeatureBatch;
import io.adm4j.io.ArrayFileException;
import io.adm4j.io.NpyHeader;
import io.adm4j.io.NpyStream;
import io.adm4j.io.NpzReader;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * The features of a set of images in an npz, under the names of the published graph and of published reference batches:
 * {@code pool_3} [N, D], {@code spatial} [N, S] and {@code softmax} [N, K] (class probabilities), float32, where the network
 * gives them; {@code arr_1} [N], the labels; {@code mu}, {@code sigma}, {@code mu_s} and {@code sigma_s}, float64. Arrays
 * that start with {@code adm4j_} say which network and images these are of, and what the images' pixels show
 * ({@link ImageSurvey}); other programs ignore them.
 *
 * @param path the npz
 * @param about which network and images the features are of
 * @param count number of images
 * @param dimension length of a feature vector
 * @param hasSpatial whether there are spatial features
 * @param hasClasses whether there are class probabilities
 */
public record FeatureFile(Path path, About about, int count, int dimension, boolean hasSpatial, boolean hasClasses) {
    /** How the names of files end that adm4j itself names. */
    public static final String ENDING = ".features.npz";

    static final String FEATURES = "pool_3";
    static final String SPATIAL = "spatial";
    static final String CLASSES = "softmax";
    /** uint8: {@link About} as JSON. */
    static final String ABOUT = "adm4j_features";

    /** int64 [N, 2]: see {@link ImageSurvey#digests}. */
    static final String DIGESTS = "adm4j_digests";
    /** float64 [N, 3]: see {@link ImageSurvey#facts}. */
    static final String FACTS = "adm4j_facts";

    private static final int ROWS_AT_ONCE = 256;

    /**
     * Which network and images features are of.
     *
     * @param network its name in reports
     * @param networkSha256 of its file, 64 hexadecimal digits
     * @param resize what brought images to the network's own size
     * @param images their source, as reports show it
     * @param imagesSha256 of the source, if it consists of files
     * @param height of the images in pixels
     * @param width of the images in pixels
     * @param channels of the images that the network takes
     * @param repeatsGray whether the images are gray and their channel was repeated
     * @param classes names of the classes by label; empty where labels are numbers alone
     * @param choice which images of the source these are, where not all
     * @param part of a larger set, where they are one
     */
    public record About(
            String network,
            String networkSha256,
            Resampling resize,
            String images,
            Optional<String> imagesSha256,
            int height,
            int width,
            int channels,
            boolean repeatsGray,
            List<String> classes,
            Optional<String> choice,
            Optional<Part> part) {
        public About {
            classes = List.copyOf(classes);
        }

        byte[] toJson() {
            ObjectMapper mapper = new ObjectMapper();
            ObjectNode json = mapper.createObjectNode()
                    .put("network", network)
                    .put("network_sha256", networkSha256)
                    .put("resize", resize.toString())
                    .put("images", images)
                    .put("height", height)
                    .put("width", width)
                    .put("channels", channels)
                    .put("repeats_gray", repeatsGray);
            imagesSha256.ifPresent(sum -> json.put("images_sha256", sum));
            choice.ifPresent(text -> json.put("choice", text));
            ArrayNode names = json.putArray("classes");
            classes.forEach(names::add);
            part.ifPresent(p -> json.putObject("part")
                    .put("set", p.set)
                    .put("number", p.number)
                    .put("of", p.of)
                    .put("from", p.from)
                    .put("all", p.all));
            try {
                return mapper.writeValueAsBytes(json);
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("A tree is always JSON.", e);
            }
        }

        static About ofJson(byte[] text) throws IOException {
            JsonNode json = new ObjectMapper().readTree(text);
            List<String> names = new ArrayList<>();
            json.path("classes").forEach(name -> names.add(name.asText()));
            JsonNode part = json.path("part");
            return new About(
                    json.path("network").asText(),
                    json.path("network_sha256").asText(),
                    Resampling.of(json.path("resize").asText()),
                    json.path("images").asText(),
                    text(json, "images_sha256"),
                    json.path("height").asInt(),
                    json.path("width").asInt(),
                    json.path("channels").asInt(),
                    json.path("repeats_gray").asBoolean(),
                    names,
                    text(json, "choice"),
                    part.isMissingNode()
                            ? Optional.empty()
                            : Optional.of(new Part(
                                    part.path("set").asText(),
                                    part.path("number").asInt(),
                                    part.path("of").asInt(),
                                    part.path("from").asInt(),
                                    part.path("all").asInt())));
        }

        private static Optional<String> text(JsonNode json, String name) {
            return Optional.ofNullable(json.get(name)).map(JsonNode::asText);
        }
    }

    /**
     * Images of a set whose features are computed in parts.
     *
     * @param set digest of network, settings and images of the whole set
     * @param number of the part, from 1
     * @param of number of parts
     * @param from number of the first image in the set, from 0
     * @param all images in the set
     */
    public record Part(String set, int number, int of, int from, int all) {}

    /** Whether a path is a file of features. */
    public static boolean is(Path path) {
        try (NpzReader reader = NpzReader.open(path)) {
            return reader.has(ABOUT) && reader.has(FEATURES);
        } catch (ArrayFileException e) {
            return false;
        }
    }

    /**
     * Looks at a file without reading it all.
     *
     * @throws UserError if it is damaged, or its arrays do not fit each other
     */
    public static FeatureFile open(Path path) {
        try (NpzReader reader = NpzReader.open(path)) {
            long[] shape = shape(reader, path, FEATURES, Optional.empty());
            Optional<Integer> rows = Optional.of((int) shape[0]);
            boolean spatial = reader.has(SPATIAL);
            boolean classes = reader.has(CLASSES);
            if (spatial) {
                shape(reader, path, SPATIAL, rows);
            }
            if (classes) {
                shape(reader, path, CLASSES, rows);
            }
            if (reader.header(ABOUT).type() != ElementType.UINT8) {
                throw damaged(path, "its description is " + reader.header(ABOUT).type());
            }
            About about = About.ofJson(reader.read(ABOUT).toByteArray());
            return new FeatureFile(path, about, rows.get(), (int) shape[1], spatial, classes);
        } catch (IOException e) {
            throw damaged(path, "its description is no JSON");
        }
    }

    private static UserError damaged(Path path, String why) {
        return new UserError("The features in " + path + " are damaged (" + why + "): make the file again.");
    }

    private static long[] shape(NpzReader reader, Path path, String name, Optional<Integer> rows) {
        long[] shape = reader.header(name).shape();
        boolean fits = reader.header(name).type() == ElementType.FLOAT32
                && shape.length == 2
                && shape[0] >= 1
                && shape[1] >= 1
                && shape[0] <= Integer.MAX_VALUE
                && rows.map(n -> n == shape[0]).orElse(true);
        if (!fits) {
            throw damaged(path, name + " is " + reader.header(name).type() + Arrays.toString(shape));
        }
        return shape;
    }

    /** The label of each image, if they are known. */
    public Optional<int[]> labels() {
        try (NpzReader reader = NpzReader.open(path)) {
            if (!reader.has(ReferenceBatch.LABELS)) {
                return Optional.empty();
            }
            NpyHeader header = reader.header(ReferenceBatch.LABELS);
            if (header.type() != ElementType.INT64 || !Arrays.equals(header.shape(), new long[] {count})) {
                throw damaged(
                        path, "labels for " + count + " images are " + header.type() + Arrays.toString(header.shape()));
            }
            long[] labels = reader.read(ReferenceBatch.LABELS).toLongArray();
            if (Arrays.stream(labels).anyMatch(label -> label < 0 || label > Integer.MAX_VALUE)) {
                throw damaged(path, "a label is no number of a class");
            }
            return Optional.of(
                    Arrays.stream(labels).mapToInt(label -> (int) label).toArray());
        }
    }

    /** What the pixels of the images show, if the file says it. */
    Optional<ImageSurvey> survey() {
        try (NpzReader reader = NpzReader.open(path)) {
            if (!reader.has(DIGESTS) || !reader.has(FACTS)) {
                return Optional.empty();
            }
            require(reader, DIGESTS, ElementType.INT64, ImageSurvey.shapeOfDigests(count));
            require(reader, FACTS, ElementType.FLOAT64, ImageSurvey.shapeOfFacts(count));
            return Optional.of(ImageSurvey.of(reader.read(DIGESTS), reader.read(FACTS)));
        }
    }

    private void require(NpzReader reader, String name, ElementType type, long... shape) {
        NpyHeader header = reader.header(name);
        if (header.type() != type || !Arrays.equals(header.shape(), shape)) {
            throw damaged(
                    path, name + " for " + count + " images is " + header.type() + Arrays.toString(header.shape()));
        }
    }

    /**
     * Refuses features that cannot be compared with those of a network.
     *
     * @param networkSha256 of the network in use
     * @param filter what brings images to its own size
     * @throws UserError that says what differs
     */
    public void requireSame(String networkSha256, Resampling filter) {
        if (!about.networkSha256.equals(networkSha256)) {
            throw new UserError("The features in " + path + " are of another network (" + about.network + ", sha256 "
                    + about.networkSha256 + ") than the one in use (" + networkSha256
                    + "): use that network, or make the features again with this one ('harness features').");
        }
        if (about.resize != filter) {
            throw new UserError("The features in " + path + " are of images resized with " + about.resize
                    + ", and the others with " + filter + ": resize both alike ('harness features --resize').");
        }
    }

    /** Whether all arrays can be read and have the checksums that they were written with. */
    public boolean isSound() {
        try (NpzReader reader = NpzReader.open(path)) {
            for (String name : reader.names()) {
                try (NpyStream rows = reader.stream(name)) {
                    while (rows.nextRows(ROWS_AT_ONCE) != null) {
                        // Checksums are compared at the end.
                    }
                }
            }
            return true;
        } catch (UserError e) {
            return false;
        }
    }

    /** The statistics over all images, as far as the file has them. */
    ReferenceBatch statistics() {
        return ReferenceBatch.contents(path).statistics()
                ? ReferenceBatch.read(path, this::dimension, about::networkSha256, about.resize)
                : ReferenceBatch.NONE;
    }

    /** The features of all images, in their order. */
    public FeatureRows rows() {
        return new FeatureRows(List.of(this), Optional.empty());
    }

    /** The features of some images. */
    public FeatureRows rows(int... numbers) {
        return numbers.length == count ? rows() : new FeatureRows(List.of(this), Optional.of(numbers));
    }

    /**
     * Reads features block by block.
     *
     * @param withSpatial whether spatial features are wanted
     * @param wanted numbers of images, ascending
     * @throws UserError if the file is damaged
     */
    void read(boolean withSpatial, IntStream wanted, Consumer<FeatureBatch> each) {
        int[] numbers = wanted.toArray();
        try (NpzReader reader = NpzReader.open(path);
                NpyStream features = reader.stream(FEATURES);
                NpyStream spatial = hasSpatial && withSpatial ? reader.stream(SPATIAL) : null;
                NpyStream classes = hasClasses ? reader.stream(CLASSES) : null) {
            int next = 0;
            for (int from = 0; from < count; from += ROWS_AT_ONCE) {
                int to = Math.min(count, from + ROWS_AT_ONCE);
                int end = next;
                while (end < numbers.length && numbers[end] < to) {
                    end++;
                }
                int first = from;
                int[] rows =
                        Arrays.stream(numbers, next, end).map(n -> n - first).toArray();
                Block block = new Block(to - from, rows);
                float[] own = block.of(features);
                Optional<float[]> ownSpatial = Optional.ofNullable(spatial).map(block::of);
                Optional<float[]> ownClasses = Optional.ofNullable(classes).map(block::of);
                if (rows.length > 0) {
                    each.accept(new FeatureBatch(rows.length, own, ownSpatial, ownClasses));
                }
                next = end;
            }
        }
    }

    /**
     * Rows that are read at once.
     *
     * @param count of them
     * @param wanted numbers of those that are used, from 0
     */
    private record Block(int count, int[] wanted) {
        float[] of(NpyStream stream) {
            Tensor read = stream.nextRows(count);
            float[] all = read.toFloatArray();
            if (wanted.length == count) {
                return all;
            }
            int columns = all.length / count;
            float[] some = new float[wanted.length * columns];
            for (int i = 0; i < wanted.length; i++) {
                System.arraycopy(all, wanted[i] * columns, some, i * columns, columns);
            }
            return some;
        }
    }
}
