package io.adm4j.function.service;

import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a request to restore an image has sent.
 *
 * @param values by the name of the field; null values count as left out
 * @param files by the name of the field: PNG files
 */
public record RestoreFields(Map<String, String> values, Map<String, byte[]> files) {
    /** The fields that hold files. */
    public static final List<String> FILES = List.of("image", "mask");

    /**
     * The fields of a request that has its files in base64.
     *
     * @throws Refusal if one is no base64
     */
    public static RestoreFields of(Map<String, String> fields) {
        Map<String, String> values = new HashMap<>(fields);
        Map<String, byte[]> files = new LinkedHashMap<>();
        for (String name : FILES) {
            String text = values.remove(name);
            if (text != null) {
                files.put(name, decoded(name, text));
            }
        }
        return new RestoreFields(values, files);
    }

    private static byte[] decoded(String name, String text) {
        try {
            return Base64.getDecoder().decode(text.strip());
        } catch (IllegalArgumentException e) {
            throw Refusal.badInput(name + " must be a PNG file in base64, without line breaks.");
        }
    }

    /** The same files with other values. */
    public RestoreFields with(Map<String, String> others) {
        return new RestoreFields(others, files);
    }
}
