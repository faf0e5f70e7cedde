package io.adm4j.feedback;

/** What a caller sent, fit to be shown in an error. */
public final class Quoted {
    private static final int LONGEST = 40;

    private Quoted() {}

    /** The text in quotes, cut where it is long, without control characters. */
    public static String of(String text) {
        String shown = text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
        return "'" + shown.replaceAll("\\p{Cntrl}", " ") + "'";
    }
}
