/**
 * Who may sample and how much at once: API keys and the limit of each client.
 *
 * <p>Builds on {@code service}. No HTTP here.
 */
package io.adm4j.function.security;
