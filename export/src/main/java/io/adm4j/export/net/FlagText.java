package io.adm4j.export.net;

import io.adm4j.feedback.UserError;
import java.util.Locale;

/** Values of published flags as the published scripts parse them. */
public final class FlagText {
    private static final int SHOWN = 40;

    private FlagText() {}

    /** @throws UserError if the text is neither of the spellings of true and false */
    public static boolean truth(String name, String text) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "true", "yes", "t", "y", "1", "on" -> true;
            case "false", "no", "f", "n", "0", "off" -> false;
            default -> throw wrong(name, "true or false", text);
        };
    }

    /** @throws UserError if the text is no integer of 32 bits */
    public static int integer(String name, String text) {
        try {
            return Integer.parseInt(text.strip());
        } catch (NumberFormatException e) {
            throw wrong(name, "an integer", text);
        }
    }

    /** @throws UserError if the text is no finite number */
    public static double real(String name, String text) {
        try {
            double value = Double.parseDouble(text.strip());
            if (Double.isFinite(value)) {
                return value;
            }
        } catch (NumberFormatException e) {
            // The same as a number that is not finite.
        }
        throw wrong(name, "a number", text);
    }

    static UserError wrong(String name, String wanted, String text) {
        String shown = text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
        return new UserError("The flag " + name + " must be " + wanted + ", not '" + shown + "'.");
    }
}
