package io.adm4j.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundleAdditionTest {
    private static final String NAME = ModelBundle.DENOISER_VJP;

    @TempDir
    Path folder;

    private Path place;
    private ModelBundle bundle;

    @BeforeEach
    void writeBundle() throws IOException {
        place = folder.resolve("tiny");
        TinyBundle.write(place, 12, true, List.of("shirt", "Bag"));
        bundle = ModelBundle.load(place);
    }

    private void write(Path file) throws IOException {
        Files.copy(place.resolve(ModelBundle.DENOISER), file);
        Files.writeString(file.resolveSibling(file.getFileName() + ".data"), "its weights");
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(place)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void filesAreAddedAndListed() throws IOException {
        TreeMap<String, Manifest.FileEntry> before =
                new TreeMap<>(bundle.manifest().files());
        ModelBundle added = BundleAddition.add(bundle, NAME, this::write);
        assertTrue(added.has(NAME) && added.has(NAME + ".data"));
        added.verify();
        assertEquals(11, added.manifest().files().get(NAME + ".data").bytes());
        assertTrue(added.manifest().files().entrySet().containsAll(before.entrySet()), "the others stay");
        assertEquals(bundle.manifest().checksums(), added.manifest().checksums(), "it computes the same");
        assertEquals(added.manifest().files().size() + 1, names().size(), "nothing else is left, " + names());
        // Again, with the bundle as it was loaded before.
        assertEquals(
                added.digest(),
                BundleAddition.add(bundle, NAME, file -> Files.writeString(file, "other"))
                        .digest());
    }

    @Test
    void aBundleThatCannotTakeItStaysAsItIs() throws IOException {
        Path signature = Files.write(place.resolve(BundleKey.SIGNATURE), new byte[64]);
        assertRefused("signed");
        Files.delete(signature);
        String manifest = Files.readString(place.resolve(ModelBundle.MANIFEST));
        Files.writeString(place.resolve(ModelBundle.MANIFEST), manifest.replace("shirt", "skirt"));
        assertRefused("replaced");
        ModelBundle changed = ModelBundle.load(place);
        assertThrows(
                BundleException.class,
                () -> BundleAddition.add(changed, NAME, file -> {
                    Files.writeString(file, "half");
                    throw new IOException("no space");
                }));
        assertFalse(ModelBundle.load(place).has(NAME));
        assertFalse(names().toString().contains(NAME), names().toString());
    }

    private void assertRefused(String part) {
        String message = assertThrows(BundleException.class, () -> BundleAddition.add(bundle, NAME, this::write))
                .getMessage();
        assertTrue(message.contains(part), message);
    }

    @Test
    void severalAtOnceDoNoHarm() throws Exception {
        int count = 8;
        CyclicBarrier together = new CyclicBarrier(count);
        ExecutorService workers = Executors.newFixedThreadPool(count);
        try {
            List<Future<ModelBundle>> all = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                all.add(workers.submit(() -> BundleAddition.add(bundle, NAME, file -> {
                    write(file);
                    await(together);
                })));
            }
            for (Future<ModelBundle> one : all) {
                one.get().verify();
            }
        } finally {
            workers.shutdownNow();
        }
        ModelBundle.load(place).verify();
        assertEquals(ModelBundle.load(place).manifest().files().size() + 1, names().size(), names().toString());
    }

    private static void await(CyclicBarrier together) throws IOException {
        try {
            together.await();
        } catch (Exception e) {
            throw new IOException(e);
        }
    }
}
