package io.adm4j.harness.cli.option;

import io.adm4j.harness.sampling.SampleShards;
import io.adm4j.io.OutputPath;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Where images are written, and in which form.
 *
 * @param path file or folder
 * @param form that its spelling asks for
 */
record ImageTarget(Path path, Form form) {
    private static final String UNFINISHED = "unfinished.parts";

    /** The forms of sampled images. */
    enum Form {
        /** All images in one npz file. */
        NPZ,
        /** One image in one PNG file. */
        PNG,
        /** A folder with a PNG file for each image. */
        FOLDER
    }

    /** Where finished batches are kept until all images are written. */
    Path partsFolder() {
        return form == Form.FOLDER ? path.resolve(UNFINISHED) : SampleShards.folderBeside(path);
    }

    /** Checks that it can be written. */
    void check(String option) {
        OutputPath output = new OutputPath(option, path);
        if (form == Form.FOLDER) {
            output.requireFolder();
        } else {
            output.requireFile();
        }
    }

    /** An existing folder or a path that ends in a slash is a folder; else the file's ending decides. */
    static final class Converter implements ITypeConverter<ImageTarget> {
        private static final String OTHER_IMAGES = ".*\\.(jpe?g|webp|gif|bmp|tiff?|ppm)";

        @Override
        public ImageTarget convert(String text) {
            Path path = new PathConverter().convert(text);
            String name = text.toLowerCase(Locale.ROOT);
            if (text.endsWith("/") || text.endsWith(File.separator) || Files.isDirectory(path)) {
                return new ImageTarget(path, Form.FOLDER);
            }
            if (name.matches(OTHER_IMAGES)) {
                throw new TypeConversionException(
                        "images are written as PNG: name a folder (" + text.substring(0, text.lastIndexOf('.'))
                                + "/), a file that ends in .png, or one that ends in .npz");
            }
            return new ImageTarget(path, name.endsWith(".png") ? Form.PNG : Form.NPZ);
        }
    }
}
