/**
 * What runs the function needs to know: health, metrics and log lines. Nothing here waits for work.
 *
 * <p>Builds on {@code service}. Doors may not be used here.
 */
package io.adm4j.function.operations;
