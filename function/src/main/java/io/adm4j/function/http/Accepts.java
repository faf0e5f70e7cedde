package io.adm4j.function.http;

import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Whether a client takes what a path gives. */
final class Accepts {
    private static final Pattern WEIGHT = Pattern.compile("[qQ]\\s*=\\s*([01](?:\\.[0-9]{0,3})?)");

    private Accepts() {}

    /**
     * Requires that the header {@code Accept}, if there is one, allows one of these media types.
     *
     * @throws HttpException 406 if not
     */
    static void require(RoutingContext request, String... types) {
        String header = request.request().getHeader("Accept");
        if (header == null || header.isBlank()) {
            return;
        }
        for (String type : types) {
            if (weight(header, type) > 0) {
                return;
            }
        }
        throw HttpException.notAcceptable("This path gives " + String.join(" or ", types) + ", which Accept excludes.");
    }

    /** The weight of the most specific range that covers a type; 0 if none does. */
    private static double weight(String header, String type) {
        List<String> covering = List.of("*/*", type.substring(0, type.indexOf('/')) + "/*", type);
        int best = -1;
        double weight = 0;
        for (String range : header.split(",", -1)) {
            String[] parts = range.split(";", -1);
            int specific = covering.indexOf(parts[0].strip().toLowerCase(Locale.ROOT));
            if (specific > best) {
                best = specific;
                weight = weight(parts);
            }
        }
        return weight;
    }

    private static double weight(String[] parts) {
        for (int i = 1; i < parts.length; i++) {
            Matcher weight = WEIGHT.matcher(parts[i].strip());
            if (weight.matches()) {
                return Double.parseDouble(weight.group(1));
            }
        }
        return 1;
    }
}
