package io.adm4j.feedback;

/** Counted things in messages. */
public final class Count {
    private Count() {}

    /** A number with its noun: "1 image", "2 images", "0 images"; of classes "1 class", "2 classes". */
    public static String of(long number, String singular) {
        return number + " " + noun(number, singular);
    }

    /** The noun for a number, without the number. */
    public static String noun(long number, String singular) {
        if (number == 1) {
            return singular;
        }
        return singular + (singular.endsWith("s") || singular.endsWith("x") || singular.endsWith("ch") ? "es" : "s");
    }
}
