package io.adm4j.harness.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.harness.cli.console.ConsoleProgress;
import io.adm4j.harness.zoo.FetchFolder;
import io.adm4j.harness.zoo.PublishedResult;
import io.adm4j.harness.zoo.ReleasedFile;
import io.adm4j.harness.zoo.ReleasedModel;
import io.adm4j.harness.zoo.ReleasedModels;
import io.adm4j.harness.zoo.ReleasedNetwork;
import io.adm4j.harness.zoo.TrainingPreset;
import io.adm4j.harness.zoo.TrainingPresets;
import io.adm4j.sampling.SamplerKind;
import io.adm4j.sampling.StepChoice;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lists the released models. */
@Command(
        name = "models",
        description =
                "Lists the models released with the paper: size, published guidance scales and scores; and the presets to train"
                        + " such models. With a name, everything about that model and the commands to use it.")
public final class ModelsCommand implements Runnable {
    private static final String PRESET = "%-25s %-10s %5s %6s %5s %10s %6s %5s  %s%n";
    private static final String ROW = "%-20s %9s %8s %8s %6s %7s  %6s %6s %5s %5s  %s%n";

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "One model, in detail.")
    private String name;

    @Option(names = "--json", description = "Print everything as JSON.")
    private boolean json;

    @Option(
            names = "--dir",
            paramLabel = "FOLDER",
            description = "Folder of fetched files (default: as 'harness fetch').")
    private Path dir;

    @Spec
    private CommandSpec spec;

    private ReleasedModels released;
    private FetchFolder folder;
    private PrintWriter out;

    @Override
    public void run() {
        released = ReleasedModels.load();
        folder = FetchFolder.of(dir, ConsoleProgress.onStandardError());
        out = spec.commandLine().getOut();
        List<ReleasedModel> chosen = name == null ? released.models() : List.of(released.model(name));
        if (json) {
            printJson(chosen);
        } else if (name == null) {
            printTable(chosen);
        } else {
            printDetails(chosen.get(0));
        }
        out.flush();
    }

    private void printTable(List<ReleasedModel> models) {
        out.printf("%30s %17s %14s  %25s%n", "", "millions of weights", "guidance scale", "------ published ------");
        out.printf(
                ROW, "model", "images", "denoiser", "classif.", "250", "ddim25", "FID", "sFID", "prec", "rec", "with");
        for (ReleasedModel model : models) {
            PublishedResult best = model.results().get(0);
            out.printf(
                    ROW,
                    model.name(),
                    model.imageSize() + "x" + model.imageSize(),
                    millions(model.denoiser().parameterCount()),
                    model.classifier().map(c -> millions(c.parameterCount())).orElse("-"),
                    number(model.guidanceScale(SamplerKind.DDPM, StepChoice.of(250))),
                    number(model.guidanceScale(SamplerKind.DDIM, StepChoice.strided(25))),
                    score(best, "fid"),
                    score(best, "sfid"),
                    score(best, "precision"),
                    score(best, "recall"),
                    best.of());
        }
        out.println();
        out.println("Also to fetch:");
        released.otherFiles().forEach(f -> out.printf("  %-23s %s%n", f.name(), f.about()));
        out.println();
        out.println("'harness models NAME' shows one in detail, 'harness fetch NAME' downloads it.");
        out.println();
        printPresets(TrainingPresets.load().presets());
    }

    /** The score is what the paper reports of the model that was trained like this; small ones have a time instead. */
    private void printPresets(List<TrainingPreset> presets) {
        out.println("Presets for 'harness train KIND --preset NAME', and what the paper reports of the model:");
        out.printf(PRESET, "preset", "kind", "batch", "rate", "decay", "iterations", "EMA", "FID", "with");
        for (TrainingPreset preset : presets) {
            JsonNode training = preset.training();
            JsonNode rates = training.get("ema_rate");
            out.printf(
                    PRESET,
                    preset.name(),
                    preset.kind(),
                    training.get("batch_size").asText(),
                    training.get("lr").asText(),
                    training.path("weight_decay").asText("0.0"),
                    preset.iterations(),
                    rates.isEmpty() ? "-" : rates.get(rates.size() - 1).asText(),
                    preset.result().map(result -> score(result, "fid")).orElse("-"),
                    preset.result().map(PublishedResult::of).orElseGet(() -> minutes(preset)));
        }
        out.println();
        out.println("Times are iterations x batch / images per second, as measured on a core of an AMD EPYC (Zen 5).");
    }

    private static String minutes(TrainingPreset preset) {
        return String.format(
                Locale.ROOT, "%.0f minutes on one core", preset.minutes().orElseThrow());
    }

    private void printDetails(ReleasedModel model) {
        out.printf("%s: %s%n%n", model.name(), model.about());
        printFile("denoiser", model.denoiser());
        model.classifier().ifPresent(c -> printFile("classifier", c));
        out.println();
        out.printf("Published flags%n  %s%n", flags(model.denoiser().flags()));
        model.classifier().ifPresent(c -> out.printf("  %s%n", flags(c.flags())));
        out.println();
        out.println("Published settings");
        model.settings().forEach(s -> out.printf("  %s%n", s.options()));
        out.println();
        out.printf("Published scores%n  %7s %7s %7s %7s %9s%n", "FID", "sFID", "prec", "recall", "IS");
        for (PublishedResult result : model.results()) {
            out.printf(
                    "  %7s %7s %7s %7s %9s  %s%n",
                    score(result, "fid"),
                    score(result, "sfid"),
                    score(result, "precision"),
                    score(result, "recall"),
                    score(result, "inception_score"),
                    result.of());
        }
        out.println();
        out.println("To use it");
        commands().toSample(model).forEach(c -> out.printf("  %s%n", c));
        out.println();
        out.println("To score it as published");
        commands().toScore(model).forEach(c -> out.printf("  %s%n", c));
        out.println();
        out.println("To train it as published");
        commands().toTrain(model).forEach(c -> out.printf("  %s%n", c));
    }

    private void printFile(String what, ReleasedNetwork network) {
        ReleasedFile file = released.file(network);
        out.printf(
                "%-11s %s million parameters, about %s%n            %s%n            %s%n",
                what,
                millions(network.parameterCount()),
                size(network.approximateBytes()),
                file.address(),
                folder.has(file) ? "fetched: " + folder.place(file) : "not in " + folder.path() + " yet");
    }

    private ReleasedModelCommands commands() {
        return new ReleasedModelCommands(released, dir);
    }

    private void printJson(List<ReleasedModel> models) {
        ObjectNode all = JsonNodeFactory.instance.objectNode();
        ArrayNode list = all.putArray("models");
        models.forEach(m -> list.add(describe(m)));
        if (name == null) {
            ArrayNode presets = all.putArray("presets");
            TrainingPresets.load().presets().forEach(preset -> presets.add(describe(preset)));
            ArrayNode others = all.putArray("files");
            released.otherFiles()
                    .forEach(f -> others.addObject()
                            .put("name", f.name())
                            .put("about", f.about())
                            .put(
                                    "address",
                                    released.filesOf(f.name()).get(0).address().toString()));
        }
        out.println((name == null ? all : list.get(0)).toPrettyString());
    }

    private static ObjectNode describe(TrainingPreset preset) {
        ObjectNode node = JsonNodeFactory.instance
                .objectNode()
                .put("name", preset.name())
                .put("kind", preset.kind())
                .put("about", preset.about());
        node.set("flags", preset.flags());
        node.set("training", preset.training());
        preset.result().ifPresent(result -> node.set("result", result.toJson()));
        preset.imagesPerSecond().ifPresent(images -> node.put("images_per_second", images));
        return node;
    }

    private ObjectNode describe(ReleasedModel model) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("name", model.name())
                .put("about", model.about())
                .put("imageSize", model.imageSize())
                .put("classConditional", model.classConditional());
        model.upsamples().ifPresent(base -> node.put("upsamples", base));
        node.set("denoiser", describe(model.denoiser()));
        model.classifier().ifPresent(c -> node.set("classifier", describe(c)));
        node.put("reference", model.reference());
        ArrayNode settings = node.putArray("settings");
        model.settings().forEach(s -> settings.add(s.toJson()));
        ArrayNode results = node.putArray("results");
        model.results().forEach(r -> results.add(r.toJson()));
        ArrayNode commands = node.putArray("commands");
        commands().toSample(model).forEach(commands::add);
        return node;
    }

    private ObjectNode describe(ReleasedNetwork network) {
        ReleasedFile file = released.file(network);
        ObjectNode node = JsonNodeFactory.instance
                .objectNode()
                .put("file", file.name())
                .put("address", file.address().toString())
                .put("parameters", network.parameterCount())
                .put("approximateBytes", network.approximateBytes())
                .put("fetched", folder.has(file));
        node.set("flags", network.flags());
        return node;
    }

    private static String flags(ObjectNode flags) {
        return flags.properties().stream()
                .map(f -> "--" + f.getKey() + " " + f.getValue().asText())
                .collect(Collectors.joining(" "));
    }

    private static String millions(long count) {
        return String.format(Locale.ROOT, "%.1f", count / 1e6);
    }

    private static String size(long bytes) {
        return String.format(Locale.ROOT, "%.2f GB", bytes / 1e9);
    }

    private static String number(OptionalDouble value) {
        return value.isPresent() ? String.valueOf(value.getAsDouble()) : "-";
    }

    private static String score(PublishedResult result, String key) {
        OptionalDouble value = result.score(key);
        return value.isPresent() ? String.format(Locale.ROOT, "%.2f", value.getAsDouble()) : "-";
    }
}
