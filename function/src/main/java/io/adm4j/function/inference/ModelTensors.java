package io.adm4j.function.inference;

import io.adm4j.feedback.Quoted;
import io.adm4j.function.service.BundleImages;
import io.adm4j.function.service.BundleInfo;
import io.adm4j.function.service.Refusal;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The inputs and outputs of the model: the fields of a sampling request, and images with their seeds and labels. */
final class ModelTensors {
    /** Images, uint8 [N, H, W, C]. */
    static final String IMAGES = "images";
    /** The seed of each image. */
    static final String SEED = "seed";
    /** The label of each image. */
    static final String LABEL = "label";
    /** All outputs in the order of a response. */
    static final List<String> OUTPUTS = List.of(IMAGES, SEED, LABEL);

    private static final List<Input> INPUTS = List.of(
            new Input(LABEL, DataType.INT64, true),
            new Input(SEED, DataType.INT64, true),
            new Input("count", DataType.INT64, false),
            new Input("steps", DataType.BYTES, false),
            new Input("sampler", DataType.BYTES, false),
            new Input("eta", DataType.FP64, false),
            new Input("classifierScale", DataType.FP64, false),
            new Input("guidanceInterval", DataType.BYTES, false),
            new Input("guidanceRescale", DataType.FP64, false),
            new Input("thresholding", DataType.BYTES, false),
            new Input("thresholdingRatio", DataType.FP64, false),
            new Input("solverOrder", DataType.INT64, false),
            new Input("solverMethod", DataType.BYTES, false),
            new Input("skipType", DataType.BYTES, false),
            new Input("upsample", DataType.BOOL, false),
            new Input("upsamplerSteps", DataType.BYTES, false),
            new Input("upsamplerSampler", DataType.BYTES, false),
            new Input("upsamplerEta", DataType.FP64, false),
            new Input("upsamplerClassifierScale", DataType.FP64, false),
            new Input("upsamplerThresholding", DataType.BYTES, false),
            new Input("upsamplerThresholdingRatio", DataType.FP64, false),
            new Input("upsamplerSolverOrder", DataType.INT64, false),
            new Input("upsamplerSolverMethod", DataType.BYTES, false),
            new Input("upsamplerSkipType", DataType.BYTES, false));

    private ModelTensors() {}

    /**
     * An input, which may be left out as the field of its name may.
     *
     * @param type the datatype that metadata names; others of its kind are taken too
     * @param perImage whether it may have one element per image
     */
    record Input(String name, DataType type, boolean perImage) {
        /** Whether elements of a type can be values of the field. */
        boolean takes(DataType other) {
            return switch (type) {
                case INT64 -> other.integer() || other == DataType.BYTES && name.equals(LABEL);
                case BYTES ->
                    other == type
                            || other.integer() && name.toLowerCase(Locale.ROOT).endsWith("steps");
                case FP64 -> other.floating() || other.integer();
                default -> other == type;
            };
        }

        /** The types that it takes, for a sentence. */
        String allowed() {
            return Arrays.stream(DataType.values())
                    .filter(this::takes)
                    .map(DataType::name)
                    .collect(Collectors.joining(", "));
        }
    }

    /**
     * The input of a name.
     *
     * @throws Refusal if there is none
     */
    static Input input(String name) {
        return INPUTS.stream()
                .filter(input -> input.name().equals(name))
                .findFirst()
                .orElseThrow(() -> Refusal.badInput(
                        "There is no input " + Quoted.of(name) + ": allowed are " + String.join(", ", fields()) + "."));
    }

    /** The fields that a request may set, as inputs or parameters. */
    static Set<String> fields() {
        return INPUTS.stream().map(Input::name).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** Metadata of the inputs; -1 stands for any size. */
    static List<TensorMetadata> inputs() {
        return INPUTS.stream()
                .map(input ->
                        new TensorMetadata(input.name(), input.type().name(), List.of(input.perImage() ? -1L : 1L)))
                .toList();
    }

    /** Metadata of the outputs; -1 stands for a size that depends on the request. */
    static List<TensorMetadata> outputs(BundleInfo bundles) {
        BundleImages images = bundles.images();
        long size = bundles.upsampled().isPresent() ? -1 : images.size();
        TensorMetadata pixels =
                new TensorMetadata(IMAGES, DataType.UINT8.name(), List.of(-1L, size, size, (long) images.channels()));
        TensorMetadata seeds = new TensorMetadata(SEED, DataType.INT64.name(), List.of(-1L));
        Stream<TensorMetadata> labels = bundles.base().classes().count() > 0
                ? Stream.of(new TensorMetadata(LABEL, DataType.INT64.name(), List.of(-1L)))
                : Stream.empty();
        return Stream.concat(Stream.of(pixels, seeds), labels).toList();
    }
}
