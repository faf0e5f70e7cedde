/**
 * The function on AWS Lambda: an event holds the fields of a sampling request.
 *
 * <p>Builds on {@code service}. HTTP and other doors may not be used here: Lambda has no server.
 */
package io.adm4j.function.lambda;
