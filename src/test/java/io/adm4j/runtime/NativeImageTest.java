package io.adm4j.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import ai.onnxruntime.OrtEnvironment;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.InputStream;
import java.lang.reflect.Array;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What ONNX Runtime's native code looks up in Java is named for native images, and exists. Native code keeps the names it
 * looks up as strings, so they are read from the library that runs on Linux.
 */
class NativeImageTest {
    private static final String FOLDER = "/META-INF/native-image/io.adm4j/adm4j-core/";
    private static final String LIBRARY = "/ai/onnxruntime/native/linux-x64/libonnxruntime4j_jni.so";

    private static JsonNode classes;
    private static String library;

    @BeforeAll
    static void read() throws Exception {
        try (InputStream in = NativeImageTest.class.getResourceAsStream(FOLDER + "jni-config.json")) {
            classes = new ObjectMapper().readTree(in);
        }
        try (InputStream in = OrtEnvironment.class.getResourceAsStream(LIBRARY)) {
            library = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    @Test
    void classesAreThoseOfTheNativeCode() {
        Set<String> named = new TreeSet<>();
        for (JsonNode type : classes) {
            String name = type.path("name").asText();
            if (!name.endsWith("[]")) {
                named.add(name.replace('.', '/'));
            }
        }

        assertEquals(strings("(?:ai/onnxruntime|java/[a-z]+)/[A-Za-z$]+"), named);
    }

    @Test
    void constructorsAreThoseOfTheNativeCode() throws Exception {
        Set<String> signatures = new TreeSet<>();
        for (JsonNode type : classes) {
            for (JsonNode method : type.path("methods")) {
                assertEquals("<init>", method.path("name").asText());
                Class<?>[] parameters = stream(method.path("parameterTypes"))
                        .map(parameter -> type(parameter.asText()))
                        .toArray(Class<?>[]::new);
                assertNotNull(type(type.path("name").asText()).getDeclaredConstructor(parameters));
                StringBuilder signature = new StringBuilder();
                for (Class<?> parameter : parameters) {
                    signature.append(parameter.descriptorString());
                }
                signatures.add("(" + signature + ")V");
            }
        }

        assertEquals(strings("\\([A-Za-z/;\\[]*\\)V"), signatures);
    }

    @Test
    void arraysExist() {
        for (JsonNode type : classes) {
            assertNotNull(type(type.path("name").asText()));
        }
    }

    @Test
    void membersThatAreCalledByReflectionExist() throws Exception {
        try (InputStream in = NativeImageTest.class.getResourceAsStream(FOLDER + "reflect-config.json")) {
            for (JsonNode named : new ObjectMapper().readTree(in)) {
                Class<?> owner = type(named.path("name").asText());
                for (JsonNode field : named.path("fields")) {
                    assertNotNull(owner.getDeclaredField(field.path("name").asText()));
                }
                for (JsonNode method : named.path("methods")) {
                    Class<?>[] parameters = stream(method.path("parameterTypes"))
                            .map(parameter -> type(parameter.asText()))
                            .toArray(Class<?>[]::new);
                    assertNotNull(owner.getDeclaredMethod(method.path("name").asText(), parameters));
                }
            }
        }
    }

    @Test
    void packagesThatAreInitializedAtRunTimeExist() throws Exception {
        Properties arguments = new Properties();
        try (InputStream in = NativeImageTest.class.getResourceAsStream(FOLDER + "native-image.properties")) {
            arguments.load(in);
        }

        assertEquals(
                "--initialize-at-run-time=" + OrtEnvironment.class.getPackageName() + ","
                        + OnnxEnvironment.class.getPackageName(),
                arguments.getProperty("Args"));
    }

    /** Zero-terminated strings of the library that match as a whole. */
    private static Set<String> strings(String pattern) {
        Set<String> found = new TreeSet<>();
        Matcher matcher = Pattern.compile("(?<=\0)(" + pattern + ")(?=\0)").matcher(library);
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found;
    }

    private static Stream<JsonNode> stream(JsonNode array) {
        Stream.Builder<JsonNode> all = Stream.builder();
        array.forEach(all);
        return all.build();
    }

    private static Class<?> type(String name) {
        if (name.endsWith("[]")) {
            return Array.newInstance(type(name.substring(0, name.length() - 2)), 0)
                    .getClass();
        }
        return switch (name) {
            case "int" -> int.class;
            case "long" -> long.class;
            default -> {
                try {
                    yield Class.forName(name);
                } catch (ClassNotFoundException e) {
                    throw new AssertionError("no class " + name, e);
                }
            }
        };
    }
}
