/**
 * A long mix of requests to a function that is told to end and started again in between: every answer must be the right
 * image or a refusal with a reason.
 *
 * <p>Builds on {@code sampling}, which starts the function. Nothing but {@code cli} may import it.
 */
package io.adm4j.harness.bench.soak;
