package io.adm4j.function.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.bundle.ModelBundle;
import io.adm4j.function.TestBundles;
import io.adm4j.function.store.S3Server;
import io.adm4j.io.Sha256;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bundles in an object store, and what the settings for them may be. */
class ConfiguredBundlesTest {
    private static final Path BUNDLE = Path.of(TestBundles.CONDITIONAL);

    @TempDir
    Path folder;

    private S3Server server;
    private final Map<String, String> settings = new HashMap<>();

    @BeforeEach
    void start() throws IOException {
        server = new S3Server("AKIDEXAMPLE");
        settings.put("adm4j.cache", folder.resolve("cache").toString());
        settings.put("adm4j.s3.endpoint", server.endpoint());
        settings.put("adm4j.fetch.tries", "1");
        credentials("AKIDEXAMPLE");
    }

    @AfterEach
    void stop() {
        server.close();
        System.clearProperty("aws.accessKeyId");
        System.clearProperty("aws.secretAccessKey");
    }

    private static void credentials(String accessKey) {
        System.setProperty("aws.accessKeyId", accessKey);
        System.setProperty("aws.secretAccessKey", "secret");
    }

    private ConfiguredBundles configured() {
        return new ConfiguredBundles(new SmallRyeConfigBuilder()
                .withConverter(Duration.class, 200, new DurationConverter())
                .withMapping(FunctionConfig.class)
                .withDefaultValues(settings)
                .build()
                .getConfigMapping(FunctionConfig.class));
    }

    private ModelBundle base(String location) {
        settings.put("adm4j.bundle", location);
        return configured().base();
    }

    private String refused(String location) {
        String message =
                assertThrows(RuntimeException.class, () -> base(location)).getMessage();
        assertTrue(message.endsWith(".") && !message.contains("\n"), message);
        return message;
    }

    private static List<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(BUNDLE)) {
            return all.sorted().toList();
        }
    }

    private Path zip() throws IOException {
        Path zip = folder.resolve("bundle.zip");
        try (OutputStream out = Files.newOutputStream(zip);
                ZipOutputStream entries = new ZipOutputStream(out)) {
            for (Path file : files()) {
                entries.putNextEntry(new ZipEntry(file.getFileName().toString()));
                Files.copy(file, entries);
            }
        }
        return zip;
    }

    @Test
    void bundlesInAnObjectStoreAreFetchedOnce() throws IOException {
        Path zip = zip();
        server.objects.put("models/bundle.zip", Files.readAllBytes(zip));
        for (Path file : files()) {
            server.objects.put("models/v1/" + file.getFileName(), Files.readAllBytes(file));
        }
        for (String location : List.of("s3://models/bundle.zip", "s3://models/v1/")) {
            ModelBundle bundle = base(location);
            bundle.verify();
            assertEquals(ModelBundle.load(BUNDLE).digest(), bundle.digest());
            assertTrue(bundle.folder().startsWith(folder.resolve("cache")));
        }
        server.requests.clear();
        base("s3://models/bundle.zip");
        assertEquals(List.of("HEAD models/bundle.zip"), server.requests);
        base("s3://models/v1#sha256=" + ModelBundle.load(BUNDLE).digest());
        assertEquals(1, server.requests.size());
        assertEquals(ModelBundle.load(BUNDLE).digest(), base(zip.toString()).digest());
        base("s3://models/bundle.zip#sha256=" + Sha256.of(zip));
        assertEquals(List.of("HEAD models/bundle.zip", "GET models/bundle.zip"), server.requests);
    }

    @Test
    void whatAnObjectStoreDoesWrongIsOneSentence() throws IOException {
        server.objects.put("models/bundle.zip", Files.readAllBytes(zip()));
        assertEquals(
                "The bundle s3://models/none.zip is not there: the bucket models has no none.zip.",
                refused("s3://models/none.zip"));
        assertEquals(
                "The bundle s3://models/v1 is not there: the bucket models has no v1/model.json.",
                refused("s3://models/v1"));
        settings.put("adm4j.fetch.read-timeout", "PT0.3S");
        server.silent = true;
        String message = refused("s3://models/bundle.zip");
        assertTrue(message.startsWith("The bundle s3://models/bundle.zip could not be fetched: "), message);
        assertTrue(message.contains("timed out"), message);
        credentials("ANOTHER");
        message = refused("s3://models/v1");
        assertEquals(
                "The bundle s3://models/v1 could not be fetched: the store answers 403 InvalidAccessKeyId.", message);
        server.close();
        message = refused("s3://models/v1");
        assertTrue(message.contains("could not be fetched: ConnectException Connection refused"), message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "adm4j.fetch.connect-timeout | PT0S            | adm4j.fetch.connect-timeout must be longer than nothing, such as 30S.",
                "adm4j.fetch.read-timeout    | PT-1S           | adm4j.fetch.read-timeout must be longer than nothing, such as 30S.",
                "adm4j.fetch.longest         | PT0S            | adm4j.fetch.longest must be longer than nothing, such as 30S.",
                "adm4j.fetch.tries           | 0               | adm4j.fetch.tries must be at least 1, not 0.",
                "adm4j.s3.endpoint           | minio:9000      | adm4j.s3.endpoint must be an address such as https://host:9000.",
                "adm4j.s3.endpoint           | http://a b      | adm4j.s3.endpoint must be an address such as https://host:9000.",
            })
    void aWrongSettingIsNamed(String name, String value, String expected) {
        settings.put(name, value);
        assertEquals(expected, refused(BUNDLE.toString()));
    }

    @Test
    void foldersAreTakenInPlace() {
        assertEquals(BUNDLE, base(BUNDLE.toString()).folder());
        assertTrue(configured().upsampler().isEmpty());
        settings.put("adm4j.upsampler", TestBundles.UPSAMPLER);
        assertEquals(
                Path.of(TestBundles.UPSAMPLER),
                configured().upsampler().orElseThrow().folder());
        settings.put("adm4j.upsampler", " ");
        assertTrue(configured().upsampler().isEmpty());
        assertFalse(Files.exists(folder.resolve("cache")));
        assertTrue(refused("a\0b").contains("adm4j.bundle cannot be the name of a file or folder"));
        assertTrue(refused(folder.toString()).contains("set ADM4J_BUNDLE or -Dadm4j.bundle to the folder or address"));
    }
}
