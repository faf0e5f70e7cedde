/**
 * Groups of options that several commands share, each with its defaults, checks and help texts declared once.
 *
 * <p>Builds on the packages whose settings the options describe. No command may come in here.
 */
package io.adm4j.harness.cli.option;
