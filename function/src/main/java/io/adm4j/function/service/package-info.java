/**
 * What all doors share: the settings, the loaded bundles, the check of a request's fields and its way through the scheduler.
 *
 * <p>Builds on core. No HTTP here: a request is a map of fields, an answer a result or a {@code Refusal}.
 */
package io.adm4j.function.service;
