package io.adm4j.feedback;

/** Input of a caller, made safe to show in a message. */
public final class Quoted {
    private static final int LONGEST = 40;

    private Quoted() {}

    /** The text in single quotes, cut after 40 characters, with control characters replaced by spaces. */
    public static String of(String text) {
        String shown = text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
        return "'" + shown.replaceAll("\\p{Cntrl}", " ") + "'";
    }
}
