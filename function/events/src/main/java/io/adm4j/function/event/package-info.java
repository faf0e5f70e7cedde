/**
 * The function as a consumer of CloudEvents, in the binary and the structured form: an event's data are the fields of a
 * sampling request, and the reply is an event too.
 *
 * <p>Builds on {@code service}, and on {@code http} for what all paths share. Other doors may not be used here.
 */
package io.adm4j.function.event;
