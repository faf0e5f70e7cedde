package io.adm4j.harness.training;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.bundle.Manifest;
import io.adm4j.bundle.ModelBundle;
import io.adm4j.export.graph.OnnxWeights;
import io.adm4j.export.graph.Parameter;
import io.adm4j.export.importer.torch.Checkpoint;
import io.adm4j.export.net.ClassifierConfig;
import io.adm4j.export.net.Precision;
import io.adm4j.export.net.UNetConfig;
import io.adm4j.export.recipe.ClassifierGraph;
import io.adm4j.export.recipe.NetworkGraph;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.training.engine.SavedWeights;
import io.adm4j.io.Sha256;
import io.adm4j.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The weights that a new run starts from: those of a bundle, of another run, or of a checkpoint file. Each weight is read
 * when asked for.
 */
public final class WeightSource implements AutoCloseable {
    /** Flags of how a source was trained or is stored, which are not those of the new run. */
    private static final List<String> OF_TRAINING =
            List.of("use_fp16", "fp16_scale_growth", "classifier_use_fp16", "use_checkpoint");

    private final Path path;
    private final ObjectNode flags;
    private final Map<String, List<Long>> shapes;
    private final Function<String, Tensor> weights;
    private final ObjectNode origin;
    private final Runnable release;

    private WeightSource(
            Path path,
            ObjectNode flags,
            Map<String, List<Long>> shapes,
            Function<String, Tensor> weights,
            ObjectNode origin,
            Runnable release) {
        this.path = path;
        this.flags = flags;
        this.shapes = shapes;
        this.weights = weights;
        this.origin = origin;
        this.release = release;
    }

    /**
     * Opens a source.
     *
     * @param path a bundle's folder, a run's folder (its newest whole checkpoint) or that of one of its
     *     checkpoints, or a file in PyTorch's or safetensors format
     * @param emaRate the moving average of a run to take; 0 for the weights themselves, null for its largest rate
     * @param entry which state dict of a file with several to take; empty for the default
     * @param warnings told in one line of a checkpoint of a run that is damaged, so that an older one is taken
     * @throws UserError if it is none of these, holds another kind of network, or is damaged
     */
    public static WeightSource open(
            Path path,
            TrainedNetwork network,
            @Nullable Double emaRate,
            Optional<String> entry,
            Consumer<String> warnings) {
        if (!Files.exists(path)) {
            throw new UserError("There is no file or folder " + path
                    + " to start from: give --init-from a bundle, a run or" + " a checkpoint file.");
        }
        if (entry.isPresent() && Files.isDirectory(path)) {
            throw new UserError(
                    "--entry chooses a state dict of a checkpoint file, and " + path + " is a folder: leave it out.");
        }
        if (RunFolder.isSource(path)) {
            return ofRun(path, network, emaRate, warnings);
        }
        if (emaRate != null) {
            throw new UserError("--init-ema-rate chooses a moving average of a training run, and " + path
                    + " is none: leave it out.");
        }
        if (Files.isRegularFile(path.resolve(ModelBundle.MANIFEST))) {
            return ofBundle(path, network);
        }
        if (Files.isDirectory(path)) {
            throw new UserError("The folder " + path + " is neither a bundle (it has no " + ModelBundle.MANIFEST
                    + ") nor a training run (no run.json"
                    + "): give --init-from one of them, or a checkpoint file.");
        }
        return ofFile(path, entry);
    }

    private static WeightSource ofRun(Path path, TrainedNetwork network, Double emaRate, Consumer<String> warnings) {
        RunFolder run = RunFolder.source(path, warnings);
        JsonNode description = run.description();
        String kind = description.path("kind").asText();
        if (!kind.equals(network.kind()) || !(description.get("flags") instanceof ObjectNode flags)) {
            throw new UserError(path + " is a run of 'train " + kind + "', and 'train " + network.kind()
                    + "' starts from one of its own kind.");
        }
        List<Double> rates =
                TrainingSettings.fromJson(description.get("training")).emaRates();
        double rate = emaRate != null ? emaRate : rates.isEmpty() ? 0 : Collections.max(rates);
        RunFolder.Checkpoint checkpoint = run.require();
        SavedWeights saved = SavedWeights.read(checkpoint.folder());
        Map<String, Tensor> weights = rate == 0 ? saved.weights() : saved.averages(rate);
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        weights.forEach((name, weight) ->
                shapes.put(name, Arrays.stream(weight.shape()).boxed().toList()));
        ObjectNode origin = origin("run", run.path())
                .put("step", checkpoint.step())
                .put("ema_rate", rate)
                .put("sha256", saved.sha256());
        ObjectNode ofNetwork = flags.deepCopy();
        ofNetwork.remove(OF_TRAINING);
        return new WeightSource(path, ofNetwork, shapes, weights::get, origin, () -> {});
    }

    private static WeightSource ofBundle(Path path, TrainedNetwork network) {
        ModelBundle bundle = ModelBundle.load(path);
        Manifest manifest = bundle.manifest();
        ObjectNode flags;
        List<Parameter> parameters;
        if (network == TrainedNetwork.CLASSIFIER) {
            flags = manifest.classifier()
                    .orElseThrow(() -> new UserError("The bundle " + path + " has no classifier to start from: give"
                            + " --init-from a bundle that has one, or a run of 'train classifier'."))
                    .deepCopy();
            parameters = ClassifierGraph.of(ClassifierConfig.fromFlags(flags)).parameters();
        } else {
            boolean upsampler = manifest.smallSize().isPresent();
            if (upsampler != (network == TrainedNetwork.UPSAMPLER)) {
                throw new UserError("The bundle " + path + " is "
                        + (upsampler
                                ? "an upsampler, and 'train diffusion' trains denoisers: give --init-from a bundle that is"
                                        + " none."
                                : "no upsampler, and 'train upsampler' starts from one."));
            }
            flags = manifest.denoiser().deepCopy();
            parameters =
                    NetworkGraph.of(UNetConfig.fromFlags(flags), Precision.FP32).parameters();
        }
        flags.remove(OF_TRAINING);
        flags.setAll(manifest.diffusion().toJson());
        OnnxWeights weights = OnnxWeights.open(
                bundle.path(network == TrainedNetwork.CLASSIFIER ? ModelBundle.CLASSIFIER : ModelBundle.DENOISER));
        Map<String, List<Long>> all = weights.shapes();
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        for (Parameter parameter : parameters) {
            if (all.containsKey(parameter.name())) {
                shapes.put(parameter.name(), all.get(parameter.name()));
            }
        }
        // The manifest has the checksums of all files.
        ObjectNode origin = origin("bundle", path).put("sha256", bundle.digest());
        return new WeightSource(path, flags, shapes, weights::readFloat32, origin, () -> {});
    }

    private static WeightSource ofFile(Path path, Optional<String> entry) {
        Checkpoint checkpoint = Checkpoint.open(path, entry);
        ObjectNode origin = origin("file", path).put("sha256", Sha256.of(path));
        if (checkpoint.entries().size() > 1) {
            origin.put("entry", checkpoint.chosenEntry());
        }
        return new WeightSource(
                path,
                JsonNodeFactory.instance.objectNode(),
                checkpoint.shapes(),
                checkpoint::readFloat32,
                origin,
                checkpoint::close);
    }

    private static ObjectNode origin(String kind, Path path) {
        return JsonNodeFactory.instance
                .objectNode()
                .put(kind, path.toAbsolutePath().normalize().toString());
    }

    public Path path() {
        return path;
    }

    /** The published flags of network and diffusion that the source knows; none for a checkpoint file. A copy. */
    public ObjectNode flags() {
        return flags.deepCopy();
    }

    /** The shapes of its weights by name. */
    Map<String, List<Long>> shapes() {
        return shapes;
    }

    /**
     * One of its weights, as float32.
     *
     * @throws UserError if the source is damaged, or an element is infinite or NaN
     */
    Tensor weight(String name) {
        Tensor weight = weights.apply(name);
        if (weight.firstNonFinite().isPresent()) {
            throw new UserError("The weights '" + name + "' of " + path
                    + " are not finite numbers: start from a checkpoint of before training diverged.");
        }
        return weight;
    }

    /** For run.json: path and checksum; of a run also step and rate, of a file with several state dicts which was chosen. */
    ObjectNode origin() {
        return origin.deepCopy();
    }

    @Override
    public void close() {
        release.run();
    }
}
