/**
 * Bundles in object stores: the client of S3, in AWS's own library, whose credentials, regions and retries are those that its
 * users know.
 *
 * <p>Builds on core's {@code bundle.source}. No HTTP server, no settings: those come in as values.
 */
package io.adm4j.function.store;
