package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.io.Npz;
import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompareCommandTest {
    @TempDir
    Path folder;

    @Test
    void countsWhatIsOff() {
        Path one = npz("one", Map.of("out", floats(1, 10, 100), "only", floats(1)));
        Path other = npz("other", Map.of("out", floats(1, 10.5f, 101)));

        assertEquals(1, compare(one, other, "--absolute", 1));
        one = npz("one", Map.of("out", floats(1, 10, 100)));
        assertEquals(1, compare(one, other));
        assertEquals(1, compare(one, other, "--absolute", 0.9));
        assertEquals(0, compare(one, other, "--absolute", 1));
        assertEquals(1, compare(one, other, "--relative", 0.01));
        assertEquals(0, compare(one, other, "--relative", 0.01, "--absolute", 0.5));
        assertEquals(1, compare(one, other, "--absolute", 1, "--share", 0.5));
        assertEquals(0, compare(one, other, "--absolute", 1, "--share", 0.67));
        assertEquals(0, compare(one, one, "--share", 0));
    }

    @Test
    void readsBytesAsGreyLevels() {
        Path one = npz("one", Map.of("arr_0", Tensor.of(new byte[] {(byte) 255, 0, 127}, 3)));
        Path other = npz("other", Map.of("arr_0", Tensor.of(new byte[] {(byte) 254, 0, (byte) 128}, 3)));

        assertEquals(0, compare(one, other, "--absolute", 1));
        assertEquals(1, compare(one, other, "--absolute", 0.5));
    }

    @Test
    void whatIsNoNumberIsNoMatch() {
        Path numbers = npz("numbers", Map.of("out", floats(1, 2)));
        Path broken = npz("broken", Map.of("out", floats(1, Float.NaN)));
        Path infinite = npz("infinite", Map.of("out", floats(1, Float.POSITIVE_INFINITY)));

        assertEquals(1, compare(numbers, broken, "--absolute", 1e9));
        assertEquals(1, compare(broken, numbers, "--absolute", 1e9));
        assertEquals(1, compare(numbers, infinite, "--absolute", 1e9));
        assertEquals(1, compare(infinite, numbers, "--relative", 1));
        assertEquals(0, compare(infinite, infinite));
        assertTrue(CommandLineRun.of("compare", numbers, broken).out().contains("NOT close"));
    }

    @Test
    void anArrayThatOneFileLacksIsNoMatch() {
        Path both = npz("both", Map.of("x", floats(1), "y", floats(2)));
        Path one = npz("one", Map.of("y", floats(2)));
        Path none = npz("none", Map.of());

        for (CommandLineRun run : new CommandLineRun[] {
            CommandLineRun.of("compare", both, one),
            CommandLineRun.of("compare", one, both),
            CommandLineRun.of("compare", both, one, "--arrays", "x,y")
        }) {
            assertEquals(1, run.exitCode(), run.err());
            assertTrue(run.out().contains("x: missing in " + one + ": NOT close"), run.out());
            assertTrue(run.out().contains("y: largest difference 0.00"), run.out());
        }
        assertEquals(1, compare(both, none));
        assertEquals(0, compare(both, one, "--arrays", "y"));
        refused("There is nothing to compare", "compare", none, none);
    }

    @Test
    void badInputIsOneSentence() {
        Path one = npz("one", Map.of("out", floats(1)));
        Path longer = npz("longer", Map.of("out", floats(1, 2)));

        refused("one shape", "compare", one, longer);
        refused("Neither file has an array 'none'; there are [out].", "compare", one, one, "--arrays", "none");
        refused("There is no file " + folder + "/none.npz.", "compare", one, folder.resolve("none.npz"));
        refused(folder + " is a folder, not an npz file", "compare", one, folder);
        refused(folder + " is a folder, not an npz file", "compare", folder, one);
        refused("--share", "compare", one, one, "--share", 2);
    }

    private static int compare(Object... arguments) {
        return CommandLineRun.of(CommandLineRun.arguments("compare", arguments)).exitCode();
    }

    private Path npz(String name, Map<String, Tensor> arrays) {
        Path file = folder.resolve(name + ".npz");
        Npz.write(file, arrays);
        return file;
    }

    private static Tensor floats(float... values) {
        return Tensor.of(values, values.length);
    }
}
