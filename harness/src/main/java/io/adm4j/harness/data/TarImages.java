package io.adm4j.harness.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adm4j.feedback.UserError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarFile;

/**
 * The image files in tar archives, in the order of the archives and within them. As in WebDataset, files of one name up to its first
 * dot belong together, and a file {@code .cls} or {@code .json} (with {@code cls}, {@code label} or {@code class}) has the label of
 * the image.
 *
 * <p>Of an archive only names and places are kept; an image is read at its place when it is needed.
 *
 * @param labels one for each image; empty if none has a file with a label
 */
record TarImages(ImageFiles files, List<String> labels) {
    static final String ENDING = ".tar";

    private static final List<String> LABELS = List.of("cls", "label", "class");
    /** Headers and files begin at multiples of so many bytes. */
    private static final int BLOCK = 512;

    private static final int LONGEST_LABEL_FILE = 1 << 20;

    /**
     * Reads what archives hold, not the images.
     *
     * @param path an archive, a folder or a pattern of them
     * @throws UserError if one is damaged, or some images have a label and some have none
     */
    static TarImages read(Path path) {
        Reading reading = new Reading(path);
        Shards.of(path, ENDING).forEach(reading::add);
        return reading.finish();
    }

    private static final class Reading {
        private final Path root;
        private final ObjectMapper json = new ObjectMapper();
        private final List<ImageEntry> images = new ArrayList<>();
        private final List<String> others = new ArrayList<>();
        private final List<String> labels = new ArrayList<>();

        Reading(Path root) {
            this.root = root;
        }

        void add(Path archive) {
            try (TarFile tar = new TarFile(archive)) {
                if (Files.size(archive) % BLOCK != 0) {
                    throw new IOException("it is cut off");
                }
                // The parts of a sample may come in any order, but together.
                String sample = null;
                Map<String, TarArchiveEntry> parts = new TreeMap<>();
                for (TarArchiveEntry entry : tar.getEntries()) {
                    if (!entry.isCheckSumOK()) {
                        throw new IOException("the checksum of a header does not match");
                    }
                    if (!entry.isFile() || ImageFiles.isHidden(entry.getName())) {
                        continue;
                    }
                    int dot = entry.getName().indexOf('.', entry.getName().lastIndexOf('/') + 1);
                    String key = dot < 0 ? entry.getName() : entry.getName().substring(0, dot);
                    if (!key.equals(sample)) {
                        add(archive, tar, parts);
                        parts.clear();
                        sample = key;
                    }
                    parts.put(dot < 0 ? "" : entry.getName().substring(dot + 1).toLowerCase(Locale.ROOT), entry);
                }
                add(archive, tar, parts);
            } catch (IOException | IllegalArgumentException | IllegalStateException | ArithmeticException e) {
                throw new UserError(
                        "The archive " + archive + " could not be read as tar (" + e.getMessage()
                                + "); fetch or write it again, without compression.",
                        e);
            }
        }

        /** @param parts of one sample, by the rest of their names */
        private void add(Path archive, TarFile tar, Map<String, TarArchiveEntry> parts) throws IOException {
            int before = images.size();
            for (Map.Entry<String, TarArchiveEntry> part : parts.entrySet()) {
                TarArchiveEntry entry = part.getValue();
                ImageEntry.InTar file =
                        new ImageEntry.InTar(entry.getName(), archive, entry.getDataOffset(), entry.getSize());
                if (ImageFormat.isNamed(entry.getName())) {
                    if (images.size() > before) {
                        throw new UserError("The sample " + file.shown() + " in " + archive
                                + " has several images: write an archive with one image for each name.");
                    }
                    if (entry.isSparse() || file.offset() + file.size() > Files.size(archive)) {
                        throw new UserError("The image " + file.shown() + " in " + archive
                                + " is not whole: fetch or write the archive again.");
                    }
                    images.add(file);
                } else if (!part.getKey().equals("cls") && !part.getKey().equals("json")) {
                    others.add(file.shown());
                }
            }
            if (images.size() > before) {
                Optional<String> label = label(tar, parts);
                label.ifPresent(labels::add);
                if (!labels.isEmpty() && labels.size() < images.size()) {
                    throw new UserError("Some images in " + root + " have a label (.cls or .json) and some, as "
                            + images.get(label.isPresent() ? 0 : before).shown()
                            + ", have none: give all a label, or use --labels none or folder.");
                }
            }
        }

        private Optional<String> label(TarFile tar, Map<String, TarArchiveEntry> parts) throws IOException {
            if (parts.containsKey("cls")) {
                String text = text(tar, parts.get("cls")).strip();
                return text.isEmpty() ? Optional.empty() : Optional.of(text);
            }
            if (!parts.containsKey("json")) {
                return Optional.empty();
            }
            JsonNode known = parsed(text(tar, parts.get("json")));
            return LABELS.stream()
                    .map(known::path)
                    .filter(label -> label.isIntegralNumber() || label.isTextual())
                    .map(JsonNode::asText)
                    .findFirst();
        }

        private JsonNode parsed(String text) throws IOException {
            try {
                return json.readTree(text);
            } catch (JsonProcessingException e) {
                throw new IOException("a label is not JSON", e);
            }
        }

        private static String text(TarFile tar, TarArchiveEntry entry) throws IOException {
            if (entry.getSize() > LONGEST_LABEL_FILE) {
                throw new IOException("a label has " + entry.getSize() + " bytes");
            }
            return new String(tar.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8);
        }

        TarImages finish() {
            if (images.isEmpty()) {
                throw new UserError("There are no images (" + ImageFormat.endings() + ") in " + root + ".");
            }
            return new TarImages(new ImageFiles(root, images, others, Optional.empty()), labels);
        }
    }
}
