/**
 * Measures functions that serve over HTTP: throughput with several clients, and how long a small request waits beside a
 * large one. Every image is compared with the one that the same seed gave alone.
 *
 * <p>Builds on {@code sampling}, which starts the functions, on {@code data}, which decodes images, and on {@code
 * bench}. Nothing but {@code cli} may import it.
 */
package io.adm4j.harness.bench.serve;
