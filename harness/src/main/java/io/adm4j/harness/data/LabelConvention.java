package io.adm4j.harness.data;

import java.util.Locale;

/** Where the labels of image files come from. */
public enum LabelConvention {
    /**
     * A file {@code dataset.json}; without one the sub-folders; without them the prefixes of the names, if all have one that some
     * files share and not all.
     */
    AUTO,
    /** The first sub-folder. */
    FOLDER,
    /**
     * The file's name up to its first {@code _}, wherever the file is; classes in the order of their names, as the published
     * loader has them.
     */
    PREFIX,
    /** Nowhere: the images have no labels. */
    NONE;

    /** The name on the command line: "prefix". */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
