package io.adm4j.export.importer.vision;

import io.adm4j.export.graph.GraphBuilder;
import io.adm4j.export.graph.OnnxModel;
import io.adm4j.export.graph.Value;
import io.adm4j.export.importer.CheckpointException;
import io.adm4j.export.importer.torch.Checkpoint;
import io.adm4j.export.importer.torch.WeightMatch;
import io.adm4j.io.Sha256;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A published feature network as a graph: input {@code x} [N, 3, H, W] in [-1, 1], output {@code features} [N, D].
 *
 * @param name as it is published: "DINOv2 ViT-L/14"
 * @param preprocessing what is done with images; all but resizing is part of the graph
 * @param graph holds the nodes, and parameters under the published names
 * @param features the output
 */
public record VisionNetwork(String name, Preprocessing preprocessing, GraphBuilder graph, Value features) {
    /** Key of the {@link #name} in a model's metadata. */
    public static final String NAME = "adm4j.network";

    /** Key of the filter for other image sizes in a model's metadata. */
    public static final String RESIZE = "adm4j.resize";

    /**
     * Key of the checksum of the checkpoint in a model's metadata. Weights above 1 GiB are in a file beside the model: with their
     * checksum, models with other weights are other files.
     */
    private static final String WEIGHTS = "adm4j.weights_sha256";

    static VisionNetwork of(String name, Preprocessing preprocessing, GraphBuilder graph, Value features) {
        return new VisionNetwork(name, preprocessing, graph, graph.named("features", features));
    }

    /**
     * Recognizes the network of a checkpoint.
     *
     * @throws CheckpointException if it is none of these networks, or a form of one whose features are not published
     */
    public static VisionNetwork of(Checkpoint checkpoint) {
        Map<String, List<Long>> shapes = checkpoint.shapes();
        try {
            return Stream.of(DinoV2.in(shapes), ClipTower.in(shapes), Vgg16.in(shapes))
                    .flatMap(Optional::stream)
                    .findFirst()
                    .orElseThrow(() -> new CheckpointException(checkpoint.file()
                            + " has weights of no feature network that is known: DINOv2 (dinov2_vitl14_pretrain.pth),"
                            + " CLIP with a vision transformer (ViT-B-32.pt) and VGG16 (vgg16-397923af.pth) are."));
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(
                    "The weights in " + checkpoint.file() + " do not fit one another: " + e.getMessage(), e);
        }
    }

    /** Height and width of the images that it takes. */
    public int imageSize() {
        return preprocessing.size();
    }

    /** Name of the filter that brings images to this size. */
    public String filter() {
        return preprocessing.filter();
    }

    /** Length of a feature vector. */
    public int length() {
        return (int) features.dim(1);
    }

    /**
     * The network with its weights; what else the checkpoint has, such as CLIP's text tower, is left out.
     *
     * @param checkpoint stays open until the model is written
     * @throws CheckpointException if tensors are missing or have another shape
     */
    public OnnxModel withWeights(Checkpoint checkpoint) {
        Map<String, String> metadata =
                Map.of(NAME, name, RESIZE, preprocessing.filter(), WEIGHTS, Sha256.of(checkpoint.file()));
        return OnnxModel.withWeights(
                        graph,
                        graph.inputs(),
                        List.of(features),
                        new WeightMatch(checkpoint, graph.parameters()).weightsAmongOthers(name))
                .withMetadata(metadata);
    }
}
