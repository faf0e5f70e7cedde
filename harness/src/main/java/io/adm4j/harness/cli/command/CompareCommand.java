package io.adm4j.harness.cli.command;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.cli.console.ExitCode;
import io.adm4j.harness.cli.option.Range;
import io.adm4j.io.NpzReader;
import io.adm4j.tensor.Tensor;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.IntToDoubleFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Compares the arrays of two files. */
@Command(
        name = "compare",
        description =
                "Compares arrays of the same name in two npz files, for example the outputs of 'run' on two devices or"
                        + " the images of 'sample'.",
        exitCodeList = {
            ExitCode.OK + ":The arrays are close.",
            ExitCode.FAILED + ":An array differs by more than allowed, or only one file has it.",
            ExitCode.BAD_INPUT + ":Wrong use, or input that cannot be used; the message says what to change.",
            ExitCode.INTERNAL_ERROR + ":An internal error, with a trace."
        })
public final class CompareCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "EXPECTED.npz", description = "The arrays to compare with.")
    private Path expected;

    @Parameters(index = "1", paramLabel = "FOUND.npz", description = "The arrays to compare.")
    private Path found;

    @Option(names = "--arrays", split = ",", paramLabel = "NAME", description = "Arrays to compare (default: all).")
    private List<String> arrays;

    @Option(
            names = "--absolute",
            paramLabel = "X",
            converter = Range.NonNegative.class,
            defaultValue = "0",
            description = "Allowed absolute difference of each value (default ${DEFAULT-VALUE}).")
    private double absolute;

    @Option(
            names = "--relative",
            paramLabel = "X",
            converter = Range.NonNegative.class,
            defaultValue = "0",
            description =
                    "Difference that is allowed on top, relative to the expected value (default ${DEFAULT-VALUE}).")
    private double relative;

    @Option(
            names = "--share",
            paramLabel = "X",
            converter = Range.Fraction.class,
            defaultValue = "1",
            description = "Fraction of the values that may differ at all, 0 to 1 (default ${DEFAULT-VALUE}).")
    private double share;

    @Spec
    private CommandSpec spec;

    /** How two arrays differ. */
    private record Difference(int values, int unequal, int beyond, double largest) {}

    @Override
    public Integer call() {
        PrintWriter console = spec.commandLine().getOut();
        boolean close = true;
        try (NpzReader one = NpzReader.open(expected);
                NpzReader other = NpzReader.open(found)) {
            for (String name : names(one, other)) {
                if (one.has(name) != other.has(name)) {
                    console.printf("%s: missing in %s: NOT close%n", name, one.has(name) ? found : expected);
                    close = false;
                    continue;
                }
                Difference d = compare(name, one.read(name), other.read(name));
                boolean fine = d.beyond == 0 && d.unequal <= share * d.values;
                console.printf(
                        Locale.ROOT,
                        "%s: largest difference %.3g, %d of %d values differ%s%n",
                        name,
                        d.largest,
                        d.unequal,
                        d.values,
                        fine ? "" : ", " + d.beyond + " by more than allowed: NOT close");
                close &= fine;
            }
        }
        console.flush();
        return close ? ExitCode.OK : ExitCode.FAILED;
    }

    /** What to compare: at least one array, each in one of the files. */
    private Set<String> names(NpzReader one, NpzReader other) {
        Set<String> all = new LinkedHashSet<>(one.names());
        all.addAll(other.names());
        if (all.isEmpty()) {
            throw new UserError(
                    "There is nothing to compare: neither " + expected + " nor " + found + " has an array.");
        }
        if (arrays == null) {
            return all;
        }
        arrays.stream().filter(name -> !all.contains(name)).findFirst().ifPresent(name -> {
            throw new UserError("Neither file has an array '" + name + "'; there are " + all + ".");
        });
        return new LinkedHashSet<>(arrays);
    }

    private Difference compare(String name, Tensor one, Tensor other) {
        if (!Arrays.equals(one.shape(), other.shape())) {
            throw new UserError("The array '" + name + "' is " + one + " in " + expected + " and " + other + " in "
                    + found + ": only arrays of one shape can be compared.");
        }
        IntToDoubleFunction a = values(name, one);
        IntToDoubleFunction b = values(name, other);
        int unequal = 0;
        int beyond = 0;
        double largest = 0;
        for (int i = 0; i < one.size(); i++) {
            double wanted = a.applyAsDouble(i);
            double got = b.applyAsDouble(i);
            // Equal infinities have no finite difference, and two NaNs are equal.
            double off = Double.compare(wanted, got) == 0 || wanted == got ? 0 : Math.abs(wanted - got);
            unequal += off != 0 ? 1 : 0;
            boolean near = off == 0 || Double.isFinite(off) && off <= absolute + relative * Math.abs(wanted);
            beyond += near ? 0 : 1;
            largest = Math.max(largest, off);
        }
        return new Difference(one.size(), unequal, beyond, largest);
    }

    private static IntToDoubleFunction values(String name, Tensor array) {
        return switch (array.type()) {
            case FLOAT32 -> array.floats()::get;
            case FLOAT64 -> array.doubles()::get;
            case INT64 -> i -> array.longs().get(i);
            case INT32 -> array.ints()::get;
            case INT8 -> array.bytes()::get;
            case UINT8, BOOL -> i -> array.bytes().get(i) & 0xff;
            case INT16 -> i -> array.bytes().getShort(2 * i);
            case FLOAT16 -> throw new UserError("The array '" + name + "' holds FLOAT16, which cannot be compared.");
        };
    }
}
