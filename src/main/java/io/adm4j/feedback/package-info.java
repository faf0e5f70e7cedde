/**
 * What a program tells its user, whichever front end shows it: {@link io.adm4j.feedback.UserError} for wrong input, {@link
 * io.adm4j.feedback.ProgressListener} for long tasks, and the wording of messages (quoted input, suggestions for mistyped
 * names, short numbers).
 *
 * <p>The lowest package: it builds on the JDK only, and every other may use it. No terminal, HTTP or logging may come in
 * here; the front ends implement the interfaces.
 */
package io.adm4j.feedback;
