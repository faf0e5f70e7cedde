package io.adm4j.sampling;

import io.adm4j.feedback.UserError;

/** A sampling request cannot be met; the message is one sentence that says what the field must be. */
public final class SampleRequestException extends UserError {
    private static final long serialVersionUID = 1L;

    private final RequestField field;
    private final String rule;

    /** @param rule the rest of a sentence about the field, such as "must be a number from 0 to 1, not 2" */
    SampleRequestException(RequestField field, String rule) {
        super(field.title() + " " + rule + ".");
        this.field = field;
        this.rule = rule;
    }

    /** The field that is wrong. */
    public RequestField field() {
        return field;
    }

    /** The same sentence with the name that an interface gives the field. */
    public String messageFor(String name) {
        return name + " " + rule + ".";
    }
}
