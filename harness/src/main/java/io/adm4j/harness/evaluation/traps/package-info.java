/**
 * Traps: ways in which scores mislead that the sets of images show by themselves. Each is a class that gives a warning with its
 * reason.
 *
 * <p>Builds on {@code metrics}, {@code features} and {@code result}. Nothing here changes a score, reads a file or knows how an
 * evaluation is run.
 */
package io.adm4j.harness.evaluation.traps;
