package io.adm4j.export.importer.torch;

import io.adm4j.export.importer.CheckpointException;
import io.adm4j.export.importer.torch.Pickled.TensorView;
import io.adm4j.io.CheckedZip;
import io.adm4j.tensor.Tensor;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * A state dict that PyTorch saved ({@code torch.save(model.state_dict(), "w.pt")}), in the zip format of version 1.6 and
 * later or in the one before. Opening reads names and shapes; each tensor is read when asked for. A state dict inside
 * another dict, as training programs save it, is found.
 *
 * <p>The file is not trusted: its pickle cannot run code, and no more memory is allocated than the size of the file
 * justifies. Every error is a {@link CheckpointException} of one sentence.
 */
public final class TorchCheckpoint implements Checkpoint {
    private final Path file;
    private final TorchFile content;
    private final StateDict stateDict;
    private final Map<String, TensorView> tensors;

    private TorchCheckpoint(Path file, TorchFile content, Optional<String> entry) {
        this.file = file;
        this.content = content;
        this.stateDict = StateDict.find(content.root(), file, entry);
        this.tensors = stateDict.tensors();
        tensors.forEach(this::check);
    }

    /** As {@link #open(Path, Optional)}, with the default where the file holds several state dicts. */
    public static TorchCheckpoint open(Path file) {
        return open(file, Optional.empty());
    }

    /**
     * Opens a file.
     *
     * @param entry which of the {@link #entries}; empty for the only one, moving average or usual name
     * @throws CheckpointException if it is no state dict that PyTorch saved, or is damaged
     */
    public static TorchCheckpoint open(Path file, Optional<String> entry) {
        if (!Files.isRegularFile(file)) {
            throw new CheckpointException("There is no checkpoint file " + file + ".");
        }
        Closeable opened = null;
        try {
            if (TorchStream.begins(file)) {
                TorchStream stream = TorchStream.open(file);
                opened = stream;
                return new TorchCheckpoint(file, stream, entry);
            }
            ZipFile zip = zip(file);
            opened = zip;
            return new TorchCheckpoint(file, new TorchZip(file, zip), entry);
        } catch (IOException | RuntimeException e) {
            closeQuietly(opened, e);
            throw e instanceof CheckpointException c
                    ? c
                    : new CheckpointException(file + " could not be read: " + e.getMessage() + ".", e);
        }
    }

    private static ZipFile zip(Path file) {
        try {
            return CheckedZip.open(file);
        } catch (IOException e) {
            throw new CheckpointException(
                    file + " is no complete PyTorch checkpoint (" + e.getMessage() + "): fetch it again.", e);
        }
    }

    @Override
    public Path file() {
        return file;
    }

    @Override
    public String chosenEntry() {
        return stateDict.entry();
    }

    @Override
    public List<String> entries() {
        return stateDict.entries();
    }

    @Override
    public Set<String> names() {
        return Collections.unmodifiableSet(tensors.keySet());
    }

    @Override
    public Entry entry(String name) {
        TensorView view = view(name);
        return new Entry(view.storage().type().readAs(), view.shape().clone());
    }

    @Override
    public Tensor read(String name) {
        TensorView view = view(name);
        try {
            Span span = Span.of(view);
            ByteBuffer bytes = bytes(name, view, span);
            return StoredElements.gather(view, span.first(), bytes);
        } catch (IOException e) {
            throw new CheckpointException(
                    "The tensor '" + printable(name) + "' in " + file + " could not be read: " + e.getMessage() + ".",
                    e);
        }
    }

    @Override
    public void close() {
        try {
            content.close();
        } catch (IOException e) {
            throw new CheckpointException(file + " could not be closed: " + e.getMessage() + ".", e);
        }
    }

    private TensorView view(String name) {
        TensorView view = tensors.get(name);
        if (view == null) {
            throw new CheckpointException("The checkpoint " + file + " has no tensor '" + printable(name) + "'.");
        }
        return view;
    }

    /** All elements of a tensor must be within its storage, and the storage within the file. */
    private void check(String name, TensorView view) {
        String problem = Span.problem(view);
        if (problem != null) {
            throw new CheckpointException("The tensor '" + printable(name) + "' in " + file + " " + problem + ".");
        }
        long held = content.bytes(view.storage());
        if (view.storage().elements() > held / view.storage().type().bytes()) {
            throw new CheckpointException("The tensor '" + printable(name) + "' in " + file + " claims a storage of "
                    + view.storage().elements() + " elements, but the file holds only " + held
                    + " bytes of it.");
        }
    }

    private ByteBuffer bytes(String name, TensorView view, Span span) throws IOException {
        long width = view.storage().type().bytes();
        long length = span.length() * width;
        long needed =
                Math.max(length, span.length() * view.storage().type().readAs().bytes());
        if (needed > Integer.MAX_VALUE) {
            throw new CheckpointException("The tensor '" + printable(name) + "' in " + file + " takes " + needed
                    + " bytes; " + Integer.MAX_VALUE + " is the most.");
        }
        ByteBuffer bytes = ByteBuffer.allocateDirect((int) length).order(ByteOrder.LITTLE_ENDIAN);
        content.read(view.storage(), span.first() * width, bytes);
        return bytes.flip();
    }

    private static String printable(String name) {
        return RestrictedUnpickler.printable(name);
    }

    private static void closeQuietly(@Nullable Closeable opened, Exception reason) {
        try {
            if (opened != null) {
                opened.close();
            }
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }
}
