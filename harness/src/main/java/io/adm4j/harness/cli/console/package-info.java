/**
 * The terminal: progress bars, notices on Ctrl-C and exit codes.
 *
 * <p>Builds on core's {@code feedback} only, whose listeners it implements. Commands and algorithms may not come in
 * here.
 */
package io.adm4j.harness.cli.console;
