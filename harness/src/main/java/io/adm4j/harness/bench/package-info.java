/**
 * Measures how long networks and metrics take on this machine: one class for each piece of work.
 *
 * <p>Builds on the packages whose work it times. Nothing but {@code cli} may import it.
 */
package io.adm4j.harness.bench;
