/**
 * What the readers of foreign checkpoints share. The readers are in the packages below.
 *
 * <p>Files read there are not trusted: nothing in them runs, memory is bounded by the size of the file, and every error
 * is a {@link io.adm4j.export.importer.CheckpointException} of one sentence.
 */
package io.adm4j.export.importer;
