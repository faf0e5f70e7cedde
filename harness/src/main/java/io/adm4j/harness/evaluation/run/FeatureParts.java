package io.adm4j.harness.evaluation.run;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.evaluation.features.FeatureFile;
import io.adm4j.harness.evaluation.features.FeatureRows;
import io.adm4j.harness.evaluation.features.ReferenceBatch;
import io.adm4j.harness.evaluation.metrics.KnownNeighborhoods;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Features of sets of images that several processes have extracted, each a part. */
public final class FeatureParts {

    private final List<Path> folders;
    private final List<FeatureFile> files;

    private FeatureParts(List<Path> folders, List<FeatureFile> files) {
        this.folders = folders;
        this.files = files;
    }

    /**
     * The file of a part.
     *
     * @param what the set is, as a word
     */
    static Path file(Path folder, String what, FeatureFile.Part part) {
        return folder.resolve(what + "-" + part.set().substring(0, 8) + ".part-" + part.number() + "-of-" + part.of()
                + FeatureFile.ENDING);
    }

    /** Whether a file of a part is of the reference. */
    public static boolean isReference(Path file) {
        return file.getFileName().toString().startsWith("reference-");
    }

    /**
     * Looks at all parts in folders.
     *
     * @throws UserError if one is no folder, holds no part, or a file of features that is none
     */
    public static FeatureParts open(List<Path> folders) {
        List<FeatureFile> files = new ArrayList<>();
        for (Path folder : folders) {
            List<Path> found = list(folder);
            if (found.isEmpty()) {
                throw new UserError("--merge " + folder + " holds no part: 'harness eval --part i/n --out " + folder
                        + "' makes them.");
            }
            for (Path path : found) {
                FeatureFile file = FeatureFile.open(path);
                if (file.about().part().isEmpty()) {
                    throw new UserError("--merge takes parts, and " + path
                            + " holds the features of a whole set: move it elsewhere.");
                }
                files.add(file);
            }
        }
        return new FeatureParts(List.copyOf(folders), files);
    }

    private static List<Path> list(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new UserError("--merge " + folder + " is no folder: name those of 'harness eval --part i/n --out'.");
        }
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(file -> file.getFileName().toString().endsWith(FeatureFile.ENDING))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UserError("The folder " + folder + " could not be read: " + e.getMessage() + ".", e);
        }
    }

    /**
     * Checks that these are the parts of some sets, all of them and nothing else.
     *
     * @param sets digest of each set to what it is, for messages
     * @throws UserError that names a part that is missing, there twice, or of something else
     */
    void require(Map<String, String> sets) {
        for (FeatureFile file : files) {
            if (!sets.containsKey(part(file).set())) {
                throw new UserError("The part " + file.path() + " is of other images, another network or other settings"
                        + " (" + file.about().images() + ", features of "
                        + file.about().network()
                        + ") than this command names: leave it out, or give the options that it was made with.");
            }
        }
        sets.forEach(this::requireWhole);
    }

    private void requireWhole(String set, String what) {
        List<FeatureFile> own = own(set);
        int of = own.isEmpty() ? 0 : part(own.get(0)).of();
        for (int i = 1; i < own.size(); i++) {
            FeatureFile before = own.get(i - 1);
            FeatureFile file = own.get(i);
            if (part(file).of() != of) {
                throw new UserError(
                        "The parts " + before.path() + " and " + file.path() + " do not belong together: one of " + of
                                + ", the other of " + part(file).of() + ".");
            }
            if (part(file).number() == part(before).number()) {
                throw new UserError("Part " + name(part(file)) + " of the " + what + " is there twice: " + before.path()
                        + " and " + file.path() + "; leave one out.");
            }
        }
        for (int number = 1; number <= Math.max(1, of); number++) {
            if (number > own.size() || part(own.get(number - 1)).number() != number) {
                throw new UserError("Part " + (of == 0 ? "1" : number + "/" + of) + " of the " + what
                        + " is missing in "
                        + folders.stream().map(Path::toString).collect(Collectors.joining(", "))
                        + ": compute it with 'harness eval --part " + (of == 0 ? "i/n" : number + "/" + of)
                        + "' and the same options.");
            }
        }
        int end = 0;
        for (FeatureFile file : own) {
            if (part(file).from() != end) {
                throw new UserError("The part " + file.path() + " does not begin where the one before it ends: make"
                        + " it again.");
            }
            end += file.count();
        }
        if (end != part(own.get(0)).all()) {
            throw new UserError("The parts of the " + what + " hold the features of " + end + " images instead of "
                    + part(own.get(0)).all() + ": make them again.");
        }
    }

    /** The features of a set; empty if there is no part of it. */
    Optional<FeatureRows> of(String set) {
        List<FeatureFile> own = own(set);
        return own.isEmpty() ? Optional.empty() : Optional.of(FeatureRows.joined(own, statistics(own.get(0))));
    }

    private ReferenceBatch statistics(FeatureFile part) {
        return folders.stream()
                .map(folder -> new PartSummaries(folder).statistics(part))
                .filter(known -> known.statistics().isPresent())
                .findFirst()
                .orElse(ReferenceBatch.NONE);
    }

    /** The neighborhoods of two sets, if they were found already. */
    Optional<KnownNeighborhoods> neighborhoods(String reference, String samples, int k) {
        return folders.stream()
                .flatMap(folder -> new PartSummaries(folder).find(reference, samples, k).stream())
                .findFirst();
    }

    private List<FeatureFile> own(String set) {
        return files.stream()
                .filter(file -> part(file).set().equals(set))
                .sorted(Comparator.comparingInt(file -> part(file).number()))
                .toList();
    }

    private static FeatureFile.Part part(FeatureFile file) {
        return file.about().part().orElseThrow();
    }

    private static String name(FeatureFile.Part part) {
        return part.number() + "/" + part.of();
    }
}
