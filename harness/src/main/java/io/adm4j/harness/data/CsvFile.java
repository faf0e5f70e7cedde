package io.adm4j.harness.data;

import io.adm4j.feedback.UserError;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Reads CSV files (RFC 4180, UTF-8). */
final class CsvFile {
    private CsvFile() {}

    /** A cell of a line, unless it is not there or blank. */
    static Optional<String> cell(List<String> row, int column) {
        return column >= 0 && column < row.size() && !row.get(column).isBlank()
                ? Optional.of(row.get(column).strip())
                : Optional.empty();
    }

    /** The first column with one of some names in lower case; -1 if there is none. */
    static int column(List<String> heading, Set<String> wanted) {
        for (int i = 0; i < heading.size(); i++) {
            if (wanted.contains(heading.get(i).strip().toLowerCase(Locale.ROOT))) {
                return i;
            }
        }
        return -1;
    }

    /** Whether a line is empty. */
    static boolean isEmpty(List<String> row) {
        return row.equals(List.of(""));
    }

    /**
     * The cells of each line.
     *
     * @throws UserError if it cannot be read or is no CSV
     */
    static List<List<String>> rows(Path csv) {
        String text;
        try {
            text = Files.readString(csv);
        } catch (CharacterCodingException e) {
            throw new UserError("The list " + csv + " is not in UTF-8; write it again.", e);
        } catch (IOException e) {
            throw new UserError("The list " + csv + " could not be read: " + e.getMessage() + ".", e);
        }
        List<List<String>> rows = new ArrayList<>();
        List<String> row = new ArrayList<>();
        StringBuilder cell = new StringBuilder();
        boolean quoted = false;
        // A byte order mark is what Excel begins with.
        for (int i = text.startsWith("\uFEFF") ? 1 : 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quoted) {
                if (c != '"') {
                    cell.append(c);
                } else if (i + 1 < text.length() && text.charAt(i + 1) == '"') {
                    cell.append(c);
                    i++;
                } else {
                    quoted = false;
                }
            } else if (c == '"') {
                quoted = true;
            } else if (c == ',') {
                row.add(cell.toString());
                cell.setLength(0);
            } else if (c == '\n') {
                row.add(cell.toString());
                cell.setLength(0);
                rows.add(List.copyOf(row));
                row.clear();
            } else if (c != '\r') {
                cell.append(c);
            }
        }
        if (quoted) {
            throw new UserError("The list " + csv + " has a quotation mark without its second: correct line "
                    + (rows.size() + 1) + ".");
        }
        if (!row.isEmpty() || cell.length() > 0) {
            row.add(cell.toString());
            rows.add(List.copyOf(row));
        }
        return rows;
    }
}
