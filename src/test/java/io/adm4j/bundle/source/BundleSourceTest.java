package io.adm4j.bundle.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.bundle.BundleKey;
import io.adm4j.bundle.ModelBundle;
import io.adm4j.bundle.SigningKey;
import io.adm4j.bundle.TinyBundle;
import io.adm4j.feedback.UserError;
import io.adm4j.fetch.Downloader;
import io.adm4j.fetch.FileServer;
import io.adm4j.io.LockFile;
import io.adm4j.io.Sha256;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BundleSourceTest {
    @TempDir
    Path parent;

    private Path folder;
    private final Map<String, byte[]> files = new TreeMap<>();

    @BeforeEach
    void write() throws IOException {
        folder = parent.resolve("bundle");
        TinyBundle.write(folder, 8, true, List.of("a", "b"));
        Path key = SigningKey.create(parent.resolve("key.pem"));
        assertTrue(Files.exists(key));
        SigningKey.read(parent.resolve("key.pem")).sign(folder);
        try (Stream<Path> all = Files.list(folder)) {
            for (Path file : all.toList()) {
                files.put(file.getFileName().toString(), Files.readAllBytes(file));
            }
        }
    }

    private static Downloader.Patience patience(Duration silence, Duration longest) {
        return new Downloader.Patience(2, Duration.ofMillis(1), Duration.ofSeconds(5), silence, longest);
    }

    private BundleSource source(ObjectStore store, Duration longest) {
        BundleKey key = BundleKey.of(parent.resolve("key.pem.pub").toString(), "key");
        return new BundleSource(
                Optional.of(parent.resolve("cache")),
                patience(Duration.ofMillis(300), longest),
                Optional.of(key),
                Optional.ofNullable(store));
    }

    private ModelBundle open(String location) {
        return source(null, Duration.ofMinutes(1)).open(location);
    }

    private String refused(String location) {
        return refused(source(null, Duration.ofMinutes(1)), location);
    }

    private String refused(BundleSource source, String location) {
        String message =
                assertThrows(UserError.class, () -> source.open(location)).getMessage();
        assertTrue(message.endsWith(".") && !message.contains("\n"), message);
        assertEquals(List.of(), leftovers(), message);
        return message;
    }

    /** What is in the cache beside whole bundles and locks. */
    private List<String> leftovers() {
        Path cache = parent.resolve("cache").resolve("bundles");
        if (Files.notExists(cache)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(cache)) {
            return all.filter(p -> !p.toString().endsWith(".lock") && !Files.exists(p.resolve("model.json")))
                    .map(Path::toString)
                    .toList();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] zip(String prefix, Map<String, byte[]> files) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(prefix + file.getKey()));
                zip.write(file.getValue());
            }
        }
        return bytes.toByteArray();
    }

    private Path zipFile(String prefix, Map<String, byte[]> content) throws IOException {
        return Files.write(parent.resolve("bundle.zip"), zip(prefix, content));
    }

    private static void assertWhole(ModelBundle bundle) {
        bundle.verify();
        assertEquals("tiny", bundle.manifest().name());
    }

    @Test
    void foldersAreOpenedInPlace() {
        assertEquals(folder, open(" " + folder + " ").folder());
        assertTrue(refused(parent.resolve("none").toString()).contains("has no model.json"));
        assertTrue(BundleSource.isFolder(folder.toString()));
        assertTrue(BundleSource.isFolder("nowhere"));
        assertFalse(BundleSource.isFolder("S3://bucket/key"));
        assertFalse(BundleSource.isFolder(parent.resolve("key.pem").toString()));
    }

    @Test
    void archivesAreUnpackedOnceByTheirContent() throws IOException {
        ModelBundle first = open(zipFile("", files).toString());
        assertWhole(first);
        assertTrue(first.folder().startsWith(parent.resolve("cache")));
        Path mark = Files.createFile(first.folder().resolve("mark"));
        assertEquals(
                first.folder(), open(zipFile("tiny-1.0/", files).toString()).folder());
        assertTrue(Files.exists(mark), "unpacked again");
        assertEquals(files.keySet().size() + 1, first.folder().toFile().list().length);
    }

    @Test
    void archivesAreNotTrusted() throws IOException {
        Map<String, byte[]> others = new TreeMap<>(files);
        others.put("../escaped", new byte[1]);
        assertTrue(refused(zipFile("", others).toString()).contains("would leave its folder"));
        assertTrue(refused(zipFile("/", files).toString()).contains("would leave its folder"));
        assertTrue(Files.notExists(parent.resolve("escaped")));

        others = new TreeMap<>(files);
        others.put("denoiser.onnx", new byte[10]);
        assertTrue(refused(zipFile("", others).toString()).contains("its denoiser.onnx is not the one"));
        others.put("denoiser.onnx", Arrays.copyOf(files.get("denoiser.onnx"), 1 << 20));
        assertTrue(refused(zipFile("", others).toString()).contains("its denoiser.onnx is not the one"));
        others.remove("denoiser.onnx");
        assertTrue(refused(zipFile("", others).toString()).contains("lacks denoiser.onnx"));
        others = new TreeMap<>(files);
        others.remove("model.json.sig");
        assertTrue(refused(zipFile("", others).toString()).contains("it has no model.json.sig"));
        others.remove("model.json");
        assertTrue(refused(zipFile("", others).toString()).contains("it has no model.json"));
        assertTrue(refused(zipFile("a/b/", files).toString()).contains("it has no model.json"));
        Map<String, byte[]> twice = new TreeMap<>();
        files.forEach((name, bytes) -> twice.put("one/" + name, bytes));
        files.forEach((name, bytes) -> twice.put("two/" + name, bytes));
        assertTrue(refused(zipFile("", twice).toString()).contains("more than one model.json"));
        assertTrue(refused(parent.resolve("key.pem").toString()).contains("is no zip archive"));
        byte[] whole = zip("", files);
        Path cut = Files.write(parent.resolve("cut.zip"), Arrays.copyOf(whole, whole.length / 2));
        assertTrue(refused(cut.toString()).contains("is no zip archive"));
    }

    @ParameterizedTest
    @CsvSource({
        "100000000,     more than 100 times as large",
        "9000000000000000000, more than 100 times as large",
        "-5,            no file has -5 bytes"
    })
    void bombsAreRefusedBeforeTheyGrow(String bytes, String expected) throws IOException {
        String json = new String(files.get("model.json"), StandardCharsets.UTF_8)
                .replaceFirst("\"bytes\" : [0-9]+", "\"bytes\" : " + bytes);
        Map<String, byte[]> bomb = new TreeMap<>(files);
        bomb.put("model.json", json.getBytes(StandardCharsets.UTF_8));
        bomb.put("classifier-gradient.onnx", new byte[1 << 22]);
        assertTrue(refused(zipFile("", bomb).toString()).contains(expected));
    }

    @Test
    void webServersAreAskedOnceForACheckedArchive() throws IOException {
        byte[] archive = zip("", files);
        try (FileServer server = new FileServer("/b.zip", archive)) {
            server.cutting(100);
            String address = server.base() + "/b.zip?token=secret#sha256=" + Sha256.of(archive);
            assertWhole(open(address));
            assertEquals("/b.zip bytes=100- \"one\"", server.lastRequest());
            int asked = server.requests().size();
            assertWhole(open(address.replace("secret", "other")));
            assertEquals(asked, server.requests().size());
        }
    }

    @Test
    void whatAWebServerDoesWrongIsOneSentence() throws IOException {
        byte[] archive = zip("", files);
        String hash = "#sha256=" + Sha256.of(archive);
        String gone;
        try (FileServer server = new FileServer("/b.zip", archive)) {
            gone = server.base();
            String wrong = refused(server.base() + "/b.zip?token=secret#sha256=" + "0".repeat(64));
            assertTrue(wrong.contains("cannot be trusted: its SHA-256 is " + Sha256.of(archive)), wrong);
            assertFalse(wrong.contains("secret"), wrong);
            assertTrue(refused(server.base() + "/b.zip").contains("needs the checksum of its archive"));
            assertTrue(refused(server.base() + "/b.zip#md5=1").contains("must end with #sha256="));
            assertTrue(refused(server.base() + "/c.zip?token=secret" + hash).contains("/c.zip?... does not exist"));
            server.answering(403);
            assertTrue(refused(server.base() + "/b.zip" + hash).contains("The server answers 403"));
            assertTrue(refused("http://me:secret@127.0.0.1/b.zip" + hash).contains("has a user name or password"));
        }
        assertTrue(refused(gone + "/b.zip" + hash).contains("could not be fetched from 127.0.0.1"));
        assertTrue(refused("https://127.0.0.1 /b.zip" + hash).contains("cannot be read at character"));
    }

    /** What arrived is kept for the next attempt. */
    @Test
    void silentServersAreLeft() throws IOException {
        byte[] archive = zip("", files);
        String hash = "#sha256=" + Sha256.of(archive);
        try (FileServer server = new FileServer("/b.zip", archive).stalling(0, 0, 50, 0, 0)) {
            UserError failure = assertThrows(UserError.class, () -> open(server.base() + "/b.zip" + hash));
            assertTrue(failure.getMessage().contains("was not completed after 2 attempts"), failure.getMessage());
            failure = assertThrows(
                    UserError.class, () -> source(null, Duration.ofMillis(200)).open(server.base() + "/b.zip" + hash));
            assertTrue(failure.getMessage().contains("took longer than 0 seconds"), failure.getMessage());
            assertTrue(failure.getMessage().contains("the next start resumes there"), failure.getMessage());
        }
    }

    @Test
    void oneProcessFetchesAndTheOthersWait() throws Exception {
        AtomicInteger reads = new AtomicInteger();
        byte[] archive = zip("", files);
        ObjectStore slow = new MapStore(Map.of("b.zip", archive)) {
            @Override
            public Optional<InputStream> read(String bucket, String key) {
                reads.incrementAndGet();
                try {
                    Thread.sleep(300);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                return super.read(bucket, key);
            }
        };
        List<CompletableFuture<ModelBundle>> all = IntStream.range(0, 4)
                .mapToObj(i -> CompletableFuture.supplyAsync(
                        () -> source(slow, Duration.ofMinutes(1)).open("s3://bucket/b.zip"),
                        task -> new Thread(task).start()))
                .toList();
        for (CompletableFuture<ModelBundle> one : all) {
            assertWhole(one.get());
        }
        assertEquals(1, reads.get());

        Path lock = parent.resolve("cache/bundles/sha256-" + "1".repeat(64) + ".lock");
        try (LockFile held = LockFile.take(lock).orElseThrow()) {
            assertTrue(held.channel().isOpen());
            String message =
                    refused(source(slow, Duration.ofMillis(200)), "s3://bucket/b.zip#sha256=" + "1".repeat(64));
            assertTrue(message.contains("Another process has been fetching"), message);
        }
    }

    @Test
    void leftoversOfAKilledProcessAreRemoved() throws IOException {
        Path archive = zipFile("", files);
        Path first = open(archive.toString()).folder();
        Files.delete(first.resolve("model.json"));
        Path part = Files.createDirectories(first.resolveSibling("." + first.getFileName() + "-1-part"));
        Files.createFile(part.resolve("denoiser.onnx"));
        assertWhole(open(archive.toString()));
        assertEquals(List.of(), leftovers());
    }

    @Test
    void objectStoresHaveArchivesAndFolders() throws IOException {
        byte[] archive = zip("", files);
        Map<String, byte[]> objects = new LinkedHashMap<>();
        objects.put("b.zip", archive);
        files.forEach((name, bytes) -> objects.put("models/tiny/" + name, bytes));
        MapStore store = new MapStore(objects);
        BundleSource source = source(store, Duration.ofMinutes(1));
        String ofManifest = "#sha256=" + Sha256.of(files.get("model.json"));
        for (String location : List.of(
                "s3://bucket/b.zip",
                "s3://bucket/b.zip#sha256=" + Sha256.of(archive),
                "s3://bucket/models/tiny/",
                "s3://bucket/models/tiny")) {
            assertWhole(source.open(location));
        }
        store.asked.clear();
        assertWhole(source.open("s3://bucket/models/tiny" + ofManifest));
        assertEquals(List.of(), store.asked);
        assertWhole(source.open("s3://bucket/b.zip"));
        assertEquals(List.of("version b.zip"), store.asked);
        store.version = "two";
        assertWhole(source.open("s3://bucket/b.zip"));
        assertEquals(List.of("version b.zip", "version b.zip", "read b.zip"), store.asked);
    }

    @Test
    void whatAnObjectStoreDoesWrongIsOneSentence() throws IOException {
        Map<String, byte[]> objects = new LinkedHashMap<>();
        files.forEach((name, bytes) -> objects.put("tiny/" + name, bytes));
        MapStore store = new MapStore(objects);
        BundleSource source = source(store, Duration.ofMinutes(1));
        assertTrue(refused(source, "s3://bucket/none.zip").contains("the bucket bucket has no none.zip"));
        assertTrue(refused(source, "s3://bucket/none").contains("the bucket bucket has no none/model.json"));
        assertTrue(refused(source, "s3://bucket/tiny#sha256=" + "0".repeat(64)).contains("not the one at the end"));
        assertTrue(refused(source, "s3:///tiny").contains("has no host or bucket"));
        assertTrue(refused(source, "s3://bucket/tiny?x=1").contains("may not have a question mark"));
        assertTrue(refused("s3://bucket/tiny").contains("only the function can read"));
        objects.put("tiny/denoiser.onnx", new byte[4]);
        assertTrue(refused(source, "s3://bucket/tiny").contains("its denoiser.onnx is not the one"));
        objects.remove("tiny/denoiser.onnx");
        assertTrue(refused(source, "s3://bucket/tiny").contains("has no tiny/denoiser.onnx"));
        store.failure = new IOException("access denied");
        assertEquals(
                "The bundle s3://bucket/tiny could not be fetched: access denied.",
                refused(source, "s3://bucket/tiny"));
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aCacheThatOthersCanChangeOrNobodyCanWriteIsRefused() throws IOException {
        Path archive = zipFile("", files);
        open(archive.toString());
        Path cache = parent.resolve("cache/bundles");
        Files.setPosixFilePermissions(cache, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertTrue(refused(archive.toString()).contains("can be changed by others"));
        BundleSource blocked = new BundleSource(
                Optional.of(parent.resolve("key.pem")), Downloader.Patience.USUAL, Optional.empty(), Optional.empty());
        String message = assertThrows(UserError.class, () -> blocked.open(archive.toString()))
                .getMessage();
        assertTrue(message.contains("cannot be written") && message.contains("set adm4j.cache"), message);
    }

    /** A store in memory. */
    private static class MapStore implements ObjectStore {
        private final Map<String, byte[]> objects;
        private final List<String> asked = new ArrayList<>();
        private String version = "one";
        private IOException failure;

        MapStore(Map<String, byte[]> objects) {
            this.objects = objects;
        }

        @Override
        public Optional<String> version(String bucket, String key) {
            asked.add("version " + key);
            return Optional.ofNullable(objects.get(key)).map(bytes -> version);
        }

        @Override
        public Optional<InputStream> read(String bucket, String key) {
            asked.add("read " + key);
            return Optional.ofNullable(objects.get(key)).map(this::stream);
        }

        private InputStream stream(byte[] bytes) {
            if (failure == null) {
                return new ByteArrayInputStream(bytes);
            }
            return new InputStream() {
                @Override
                public int read() throws IOException {
                    throw failure;
                }
            };
        }
    }
}
