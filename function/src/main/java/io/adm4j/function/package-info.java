/**
 * Sampling over HTTP as a Quarkus function: requests are checked, queued and answered with PNG or JSON.
 *
 * <p>Builds on the core module only. The modules {@code export} and {@code harness}, protobuf and AWT may not come in
 * here, so that the function stays small and can be compiled to native code.
 */
package io.adm4j.function;
