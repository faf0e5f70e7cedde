package io.adm4j.harness.bench.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FunctionSpecTest {
    @Test
    void aJarMayHaveANameAndOptions() {
        assertEquals(
                new FunctionSpec(
                        "old", Optional.empty(), Optional.of(Path.of("a/run.jar")), List.of("-Da=1", "-Xmx1g")),
                FunctionSpec.ofJar("old=a/run.jar -Da=1  -Xmx1g", 3));
        assertEquals(
                new FunctionSpec("function 3", Optional.empty(), Optional.of(Path.of("/x=1/run.jar")), List.of()),
                FunctionSpec.ofJar("/x=1/run.jar", 3));
        assertEquals(
                new FunctionSpec("function 1", Optional.empty(), Optional.of(Path.of("run.jar")), List.of("-Da=b=c")),
                FunctionSpec.ofJar("run.jar -Da=b=c", 1));
    }

    @Test
    void anAddressMayHaveAName() {
        assertEquals(
                new FunctionSpec("here", Optional.of(URI.create("http://h:80/?a=b")), Optional.empty(), List.of()),
                FunctionSpec.ofUrl("here=http://h:80/?a=b", 1));
        assertEquals("function 2", FunctionSpec.ofUrl("https://h/?a=b", 2).name());
    }
}
