package io.adm4j.export.importer.torch;

import io.adm4j.export.importer.CheckpointException;
import io.adm4j.export.importer.torch.Pickled.Storage;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The two forms of file that PyTorch writes: a pickle, and beside it the storages that it names. */
sealed interface TorchFile extends Closeable permits TorchZip, TorchStream {
    /** A state dict of a thousand tensors has a pickle of about 200 KiB. */
    int MAX_PICKLE_BYTES = 4 << 20;

    /** The root object of the pickle. */
    Object root();

    /**
     * Bytes that the file holds of a storage.
     *
     * @throws CheckpointException if it has no such storage
     */
    long bytes(Storage storage);

    /**
     * Reads a range of a storage within {@link #bytes}.
     *
     * @param target filled; little-endian elements
     * @throws CheckpointException if the file is damaged there
     */
    void read(Storage storage, long firstByte, ByteBuffer target) throws IOException;
}
