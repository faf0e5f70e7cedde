/**
 * Evaluation for other programs, whose entry is {@link io.adm4j.harness.evaluation.Evaluation}. This package and
 * {@code evaluation.result} are stable; the other evaluation packages may change with any release.
 *
 * <p>Builds on all other evaluation packages. Options, the terminal and report layouts may not come in here.
 */
package io.adm4j.harness.evaluation;
