package io.adm4j.harness.cli.option;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Paths on the command line. */
public final class PathConverter implements ITypeConverter<Path> {
    private static final String ENCODING = System.getProperty("sun.jnu.encoding", StandardCharsets.UTF_8.name());

    @Override
    public Path convert(String text) {
        if (text.isEmpty()) {
            throw new TypeConversionException("it is empty; name a file or folder");
        }
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new TypeConversionException(problem(text, ENCODING, e.getReason()));
        }
    }

    /** Why a text is no path where file names are in this encoding. */
    static String problem(String text, String encoding, String reason) {
        boolean encodable = Charset.isSupported(encoding)
                && Charset.forName(encoding).newEncoder().canEncode(text);
        return encodable
                ? "'" + text + "' cannot be a path here (" + reason + ")"
                : "'" + text + "' has letters that file names of this locale (" + encoding
                        + ") cannot have; set LC_ALL=C.UTF-8";
    }
}
