package io.adm4j.harness.evaluation.result;

import java.util.List;

/**
 * The bundle that generated the samples.
 *
 * @param name as its manifest has it
 * @param path its folder
 * @param sha256 of its {@code model.json}, which holds the checksums of all its files; with an upsampler, of both
 *     bundles' checksums on a line each
 * @param classes names by label; empty where unknown or without classes
 */
public record Model(String name, String path, String sha256, List<String> classes) {
    public Model {
        classes = List.copyOf(classes);
    }

    /** A model whose classes have no names. */
    public Model(String name, String path, String sha256) {
        this(name, path, sha256, List.of());
    }

    /** How reports call a class: its name, or its number. */
    public String className(int label) {
        return label >= 0 && label < classes.size() ? classes.get(label) : String.valueOf(label);
    }
}
