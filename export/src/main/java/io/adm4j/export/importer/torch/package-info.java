/**
 * Reads state dicts, which PyTorch saves ({@code .pt}) or which are in safetensors files, and matches them to the parameters of a network by name and
 * shape.
 *
 * <p>Builds on {@code graph} for parameters and on core's {@code io}. Nothing here constructs an object of the file's
 * choice, and no particular network may come in.
 */
package io.adm4j.export.importer.torch;
