package io.adm4j.fetch;

/**
 * What users can do about a download that fails, for messages: only the caller knows its options and settings.
 *
 * @param address how to name another address: "give another with --mirror"
 * @param folder how to name another folder: "choose another folder with --dir"
 * @param again what resumes a download: "the same command"
 */
public record Advice(String address, String folder, String again) {}
