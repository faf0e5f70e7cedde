package io.adm4j.spark;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.cli.Harness;
import io.adm4j.runtime.Device;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/**
 * A call of a command whose work has parts, taken apart: where its files come from and its result goes.
 *
 * @param words the call, each option and each value a word of its own
 * @param inputs places of the values that name files or folders to read
 * @param out place of the value of {@code --out}
 */
record PartialCommand(List<String> words, List<Integer> inputs, int out) {
    private static final Set<String> COMMANDS = Set.of("nll", "encode", "restore");
    private static final Set<String> OUTPUTS = Set.of("--out", "--plot", "--grid", "--json");

    /**
     * Takes a call apart.
     *
     * @throws UserError if it is of a command without parts, or names no file for the result
     */
    static PartialCommand of(List<String> call) {
        if (!COMMANDS.contains(call.get(0))) {
            throw new UserError(
                    "'" + call.get(0) + "' is none of the commands that this job runs: nll, encode, restore.");
        }
        CommandLine command = Harness.commandLine();
        List<String> words = new ArrayList<>();
        List<Integer> inputs = new ArrayList<>();
        int out = -1;
        for (String argument : call) {
            CommandLine below = command.getSubcommands().get(argument);
            if (below != null) {
                command = below;
                words.add(argument);
                continue;
            }
            int equals = argument.startsWith("--") ? argument.indexOf('=') : -1;
            words.add(equals < 0 ? argument : argument.substring(0, equals));
            if (equals >= 0) {
                words.add(argument.substring(equals + 1));
            }
            int value = equals < 0 ? words.size() : words.size() - 1;
            String name = words.get(value - 1);
            OptionSpec option = command.getCommandSpec().findOption(name);
            if (name.equals("--part")) {
                throw new UserError(
                        "The job gives --part to each task itself: leave it out, and say --parts N before the"
                                + " command.");
            }
            if (name.equals("--out")) {
                out = value;
            } else if (option != null && option.type() == Path.class && !OUTPUTS.contains(name)) {
                inputs.add(value);
            }
        }
        if (out < 0
                || out >= words.size()
                || !words.get(out).toLowerCase(Locale.ROOT).endsWith(".npz")) {
            throw new UserError("The job joins its parts in one file: give --out FILE.npz.");
        }
        return new PartialCommand(
                words, inputs.stream().filter(i -> i < words.size()).toList(), out);
    }

    /** The command's name. */
    String name() {
        return words.get(0);
    }

    /** The device that is asked for. */
    Device device() {
        int at = words.indexOf("--device");
        return at >= 0 && at + 1 < words.size() && words.get(at + 1).equalsIgnoreCase("cuda")
                ? Device.CUDA
                : Device.CPU;
    }

    private org.apache.hadoop.fs.Path target() {
        return new org.apache.hadoop.fs.Path(words.get(out));
    }

    /** Folder of the result. */
    String outFolder() {
        org.apache.hadoop.fs.Path parent = target().getParent();
        return parent == null || parent.toString().isEmpty() ? "." : parent.toString();
    }

    /** File name of the result. */
    String outName() {
        return target().getName();
    }

    /** The inputs with their places. */
    Map<Integer, SharedInput> shared(JobContext context) {
        Map<Integer, SharedInput> shared = new LinkedHashMap<>();
        inputs.forEach(place -> shared.put(place, SharedInput.of(words.get(place), context)));
        return shared;
    }
}
