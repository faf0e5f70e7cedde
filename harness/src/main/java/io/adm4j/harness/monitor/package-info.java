/**
 * What a training run shows of its network while it trains: sample grids, scores and {@code run.html}.
 *
 * <p>Builds on {@code training}, whose listeners it implements, on {@code bundle}, {@code sampling},
 * {@code evaluation} and {@code report}. The command line may not come in here.
 */
package io.adm4j.harness.monitor;
