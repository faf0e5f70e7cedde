package io.adm4j.harness.cli.option;

import io.adm4j.harness.sampling.Share;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A part of a run, as I/N. */
final class ShareConverter implements ITypeConverter<Share> {
    private static final Pattern PART = Pattern.compile("(\\d{1,6})/(\\d{1,6})");

    @Override
    public Share convert(String text) {
        Matcher matcher = PART.matcher(text);
        if (matcher.matches()) {
            int number = Integer.parseInt(matcher.group(1));
            int of = Integer.parseInt(matcher.group(2));
            if (number >= 1 && number <= of) {
                return new Share(number, of);
            }
        }
        throw new TypeConversionException("'" + text + "' is not I/N with I from 1 to N, such as 2/4.");
    }
}
