/**
 * One class for each command: checks its options, calls the packages that do the work, and prints the result.
 *
 * <p>Algorithms, file formats and report layouts may not come in here; neither may options that several commands share
 * ({@code cli.option}).
 */
package io.adm4j.harness.cli.command;
