/**
 * The entry point of the command line: {@link io.adm4j.harness.cli.Harness} lists the commands and turns failures into
 * exit codes.
 *
 * <p>Builds on every other package of the module. Nothing outside {@code cli} may import it or a package below it.
 */
package io.adm4j.harness.cli;
