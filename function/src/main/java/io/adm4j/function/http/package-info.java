/**
 * The function over plain HTTP: Funqy's {@code /sample}, images, and errors as one sentence in JSON.
 *
 * <p>Builds on {@code service}. Other doors may not be used here.
 */
package io.adm4j.function.http;
