package io.adm4j.harness.zoo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.feedback.ProgressListener;
import io.adm4j.feedback.UserError;
import io.adm4j.fetch.Downloader;
import io.adm4j.fetch.FileServer;
import io.adm4j.io.LockFile;
import io.adm4j.io.Sha256;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Fetching from a server on this machine that misbehaves as servers do. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class FetchFolderTest {
    private static final byte[] CONTENT = bytes(1, 200_000);
    private static final Mirror PUBLISHER = new Mirror(null);

    @TempDir
    Path temporary;

    private final FileServer server = new FileServer("/sub/model.pt", CONTENT);

    @BeforeEach
    void cutOnlyWhatIsStored() {
        server.awaiting(temporary.resolve("model.pt.part"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aFileComesWholeAndIsRecorded() throws IOException {
        FetchFolder.Fetched fetched = folder().fetch(file(), PUBLISHER, true);

        assertTrue(fetched.arrived());
        assertArrayEquals(CONTENT, Files.readAllBytes(place()));
        assertEquals(Sha256.of(place()), fetched.record().sha256());
        assertEquals(CONTENT.length, fetched.record().bytes());
        assertEquals(server.address().toString(), fetched.record().source());
        assertEquals(List.of("model.pt", "model.pt.json"), contents());

        FetchFolder.Fetched again = folder().fetch(file(), PUBLISHER, true);

        assertFalse(again.arrived());
        assertEquals(fetched.record(), again.record());
        assertEquals(1, server.requests().size(), "a stored file is not requested again");
    }

    @Test
    void aCutConnectionIsTakenUpWhereItEnded() throws IOException {
        server.cutting(70_000, 60_000);

        folder().fetch(file(), PUBLISHER, true);

        assertArrayEquals(CONTENT, Files.readAllBytes(place()));
        assertEquals(
                List.of(
                        "/sub/model.pt null null",
                        "/sub/model.pt bytes=70000- \"one\"",
                        "/sub/model.pt bytes=130000- \"one\""),
                server.requests());
    }

    @Test
    void aServerWithoutRangesSendsAllAgain() throws IOException {
        server.cutting(70_000);
        server.ranges = false;

        folder().fetch(file(), PUBLISHER, true);

        assertArrayEquals(CONTENT, Files.readAllBytes(place()));
        assertEquals(2, server.requests().size());
    }

    @Test
    void aConnectionWithoutProgressIsGivenUpAndThePartKept() throws IOException {
        server.cutting(50_000, 0, 0, 0);

        String message = refused(file(), PUBLISHER);

        assertTrue(message.contains("50000 bytes are stored"), message);
        assertEquals(List.of("model.pt.part", "model.pt.part.json"), contents());

        folder().fetch(file(), PUBLISHER, true);

        assertArrayEquals(CONTENT, Files.readAllBytes(place()));
        assertEquals(List.of("model.pt", "model.pt.json"), contents());
        assertEquals("/sub/model.pt bytes=50000- \"one\"", server.lastRequest());
    }

    @Test
    void aServerThatAlwaysCutsAtTheSamePlaceIsGivenUp() {
        server.ranges = false;
        server.cutting(50_000, 50_000, 50_000, 50_000, 50_000);

        assertTrue(refused(file(), PUBLISHER).contains("50000 bytes are stored"));
    }

    @Test
    void aSilentConnectionCountsAsCut() throws IOException {
        FetchFolder folder = folder(Duration.ofSeconds(2));
        server.stalling(90_000);

        folder.fetch(file(), PUBLISHER, true);

        assertArrayEquals(CONTENT, Files.readAllBytes(place()));
        long stored = server.storedAtLastRequest();
        assertTrue(stored > 0 && stored <= 90_000, stored + " bytes");
        assertEquals(
                List.of("/sub/model.pt null null", "/sub/model.pt bytes=" + stored + "- \"one\""), server.requests());

        empty();
        server.stalling(10_000, 0, 0);

        assertTrue(refused(folder, file(), PUBLISHER).contains("no data for"));
    }

    @Test
    void aFileThatChangedMeanwhileIsFetchedFromItsBeginning() throws IOException {
        byte[] other = bytes(2, CONTENT.length);
        for (boolean honoursConditions : new boolean[] {true, false}) {
            partly();
            server.content = other;
            server.etag = "\"two\"";
            server.conditions = honoursConditions;

            folder().fetch(file(), PUBLISHER, true);

            assertArrayEquals(other, Files.readAllBytes(place()));
            empty();
        }
    }

    @Test
    void aFileOfAnotherLengthIsNoticedWithoutValidators() throws IOException {
        server.etag = null;
        partly();
        server.content = bytes(3, CONTENT.length + 1);

        folder().fetch(file(), PUBLISHER, true);

        assertArrayEquals(server.content, Files.readAllBytes(place()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"W/\"one\"", "0x8D94B4B"})
    void weakAndUnquotedETagsAreComparedButNotSent(String etag) throws IOException {
        server.etag = etag;
        partly();

        folder().fetch(file(), PUBLISHER, true);

        assertArrayEquals(CONTENT, Files.readAllBytes(place()));
        assertEquals("/sub/model.pt bytes=50000- null", server.lastRequest());

        empty();
        partly();
        server.content = bytes(2, CONTENT.length);
        server.etag = etag + "x";

        folder().fetch(file(), PUBLISHER, true);

        assertArrayEquals(server.content, Files.readAllBytes(place()));
    }

    @Test
    void aShorterFileOnTheServerBeginsAnew() throws IOException {
        server.etag = null;
        partly();
        server.content = bytes(4, 40_000);

        folder().fetch(new ReleasedFile(server.address(), "sub/model.pt", 1), PUBLISHER, true);

        assertArrayEquals(server.content, Files.readAllBytes(place()));
    }

    @Test
    void anotherAddressDoesNotContinueThePart() throws IOException {
        partly();
        try (FileServer mirror = new FileServer("/m/model.pt", bytes(5, CONTENT.length))) {
            folder().fetch(file(), new Mirror(mirror.base() + "/m"), true);

            assertArrayEquals(mirror.content, Files.readAllBytes(place()));
            assertEquals(
                    List.of("/m/sub/model.pt null null", "/m/model.pt null null"),
                    mirror.requests(),
                    "the publisher's path, then all files side by side");
        }
    }

    @Test
    void whatIsTooShortIsNotTakenForTheFile() throws IOException {
        server.content = bytes(6, 999);

        String message = refused(file(), PUBLISHER);

        assertTrue(message.contains("has 999 bytes") && message.contains("at least 100000"), message);
        assertEquals(List.of(), contents());
    }

    @Test
    void errorsOfTheServerAreSaid() throws IOException {
        ReleasedFile nowhere = new ReleasedFile(URI.create(server.base() + "/no.pt"), "no.pt", 1);
        assertTrue(refused(nowhere, PUBLISHER).contains("404"));
        server.answering(403);
        assertTrue(refused(file(), PUBLISHER).contains("403"));
        assertEquals(List.of(), contents());
        server.answering(503, 500);
        assertTrue(folder().fetch(file(), PUBLISHER, true).arrived(), "a busy server is asked again");
    }

    @Test
    void withoutANetworkTheMessageSaysWhatToPutWhere() throws IOException {
        // A port that is taken, so that nobody else gets it, but not listened to.
        try (Socket taken = new Socket()) {
            taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            for (String host : List.of("127.0.0.1:" + taken.getLocalPort(), "no-such-host.invalid")) {
                ReleasedFile file = new ReleasedFile(URI.create("http://" + host + "/model.pt"), "model.pt", 1);

                String message = refused(file, PUBLISHER);

                assertTrue(message.contains("http://" + host + "/model.pt"), message);
                assertTrue(message.contains(place().toString()), message);
                assertEquals(List.of(), contents());
            }
        }
    }

    @Test
    void twoFetchesDoNotWriteTheSameFile() throws IOException {
        Path part = place().resolveSibling(place().getFileName() + ".part");
        try (LockFile held = LockFile.take(part).orElseThrow()) {
            assertTrue(refused(file(), PUBLISHER).contains("Another process"));
        }
    }

    @Test
    void laterChangesAreNoticed() throws IOException {
        folder().fetch(file(), PUBLISHER, true);
        byte[] changed = CONTENT.clone();
        changed[77] ^= 1;
        Files.write(place(), changed);

        assertTrue(refused(file(), PUBLISHER).contains("sha256"));

        Files.write(place(), bytes(1, CONTENT.length - 1));

        assertTrue(refused(file(), PUBLISHER).contains("199999 bytes instead of 200000"));
    }

    @Test
    void aFilePutThereByHandIsRecordedAtFirstUse() throws IOException {
        Files.write(place(), CONTENT);

        FetchFolder.Fetched found = folder().fetch(file(), PUBLISHER, true);

        assertFalse(found.arrived());
        assertEquals(FetchRecord.BY_HAND, found.record().source());
        assertEquals(List.of(), server.requests());
        Files.write(place(), bytes(9, CONTENT.length));
        assertTrue(refused(file(), PUBLISHER).contains("has changed"));

        empty();
        Files.write(place(), new byte[10]);
        assertTrue(refused(file(), PUBLISHER).contains("truncated"));
    }

    @Test
    void mirrorsMayBeFoldersFilesAndAddresses() throws IOException {
        Path flat = Files.createDirectories(temporary.resolve("flat dir"));
        Files.write(flat.resolve("model.pt"), CONTENT);
        Path nested = Files.createDirectories(temporary.resolve("nested/sub"));
        Files.write(nested.resolve("model.pt"), CONTENT);
        Path renamed = Files.write(temporary.resolve("renamed.pt"), CONTENT);
        Path target = temporary.resolve("target");
        for (String mirror : List.of(
                flat.toString(),
                flat.toUri().toString(),
                nested.getParent().toString(),
                renamed.toString(),
                server.base(),
                server.base() + "/sub/model.pt")) {
            FetchFolder folder = new FetchFolder(target, impatient(Duration.ofMinutes(1)));

            assertTrue(folder.fetch(file(), new Mirror(mirror), true).arrived(), mirror);

            assertArrayEquals(CONTENT, Files.readAllBytes(target.resolve("model.pt")), mirror);
            Files.delete(target.resolve("model.pt"));
        }
        assertTrue(refused(file(), new Mirror(temporary.resolve("none").toString()))
                .contains("neither"));
        assertTrue(refused(file(), new Mirror(target.toString())).contains("has no file model.pt"));
        assertThrows(
                UserError.class,
                () -> folder().fetch(file(), new Mirror(renamed.toString()), false),
                "one file cannot be both of two");
    }

    /** A part of 50,000 bytes is stored. */
    private void partly() {
        server.cutting(50_000, 0, 0, 0);
        refused(file(), PUBLISHER);
    }

    private void empty() throws IOException {
        for (String name : contents()) {
            Files.delete(temporary.resolve(name));
        }
    }

    private String refused(ReleasedFile file, Mirror mirror) {
        return refused(folder(), file, mirror);
    }

    @Test
    void aFileMustHaveItsPublishedChecksum() {
        String right = Sha256.of(folder().fetch(file(), PUBLISHER, true).file());
        ReleasedFile published = new ReleasedFile(server.address(), "sub/model.pt", 1, Optional.of(right));
        ReleasedFile other = new ReleasedFile(server.address(), "sub/model.pt", 1, Optional.of("0".repeat(64)));

        assertEquals(right, folder().check(published).sha256());
        assertTrue(refused(folder(), other, PUBLISHER).contains("is not the published file: its sha256 is " + right));
    }

    private static String refused(FetchFolder folder, ReleasedFile file, Mirror mirror) {
        String message = assertThrows(UserError.class, () -> folder.fetch(file, mirror, true))
                .getMessage();
        assertTrue(message.endsWith(".") && !message.contains("\n"), message);
        return message;
    }

    private FetchFolder folder() {
        return folder(Duration.ofMinutes(1));
    }

    private FetchFolder folder(Duration silence) {
        return new FetchFolder(temporary, impatient(silence));
    }

    private static Downloader impatient(Duration silence) {
        return new Downloader(
                new Downloader.Patience(3, Duration.ofMillis(1), Duration.ofSeconds(20), silence, Duration.ofHours(1)),
                FetchFolder.ADVICE,
                ProgressListener.silent());
    }

    private ReleasedFile file() {
        return new ReleasedFile(server.address(), "sub/model.pt", 100_000);
    }

    private Path place() {
        return temporary.resolve("model.pt");
    }

    private List<String> contents() throws IOException {
        try (Stream<Path> files = Files.list(temporary)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    private static byte[] bytes(int seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
