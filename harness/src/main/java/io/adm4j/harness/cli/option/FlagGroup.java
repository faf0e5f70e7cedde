package io.adm4j.harness.cli.option;

/** An argument group whose options are published flags: {@code --image-size} is the flag {@code image_size}. */
public interface FlagGroup {}
