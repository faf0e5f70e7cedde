/**
 * Downloads of files from web servers: resumable, complete or not at all, with limits for servers that are silent.
 *
 * <p>Builds on {@code io} and {@code feedback}. What a file is (released weights, a bundle) may not come in here.
 */
package io.adm4j.fetch;
