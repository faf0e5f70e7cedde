/**
 * The program: starts the function, checks how it is set up, and says in one sentence why it does not start.
 *
 * <p>Builds on {@code service}. The only package that writes to the terminal other than through the log.
 */
package io.adm4j.function.start;
