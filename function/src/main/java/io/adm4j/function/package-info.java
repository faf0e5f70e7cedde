/**
 * Sampling as a Quarkus function: {@code service} checks, schedules and answers requests; the doors, one package each, speak
 * the protocols that reach it and know nothing of each other.
 *
 * <p>Builds on the core module only. The modules {@code export} and {@code harness}, protobuf and AWT may not come in
 * here, so that the function stays small and can be compiled to native code.
 */
package io.adm4j.function;
