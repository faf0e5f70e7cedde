/**
 * The function over plain HTTP: Funqy's {@code /sample} and {@code /restore}, images, and errors as one sentence in JSON.
 *
 * What all paths share is here too: which exist ({@code Door}), what their bodies may be, and errors.
 *
 * <p>Builds on {@code service}. Other doors may not be used here; those over HTTP build on this package.
 */
package io.adm4j.function.http;
