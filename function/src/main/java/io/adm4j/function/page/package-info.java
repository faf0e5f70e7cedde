/**
 * The page at {@code /}: which of its files exist. The files are in {@code
 * META-INF/resources} and use {@code /model} and {@code /sample/stream} as any client does.
 *
 * <p>Builds on {@code http}. No request is answered here.
 */
package io.adm4j.function.page;
