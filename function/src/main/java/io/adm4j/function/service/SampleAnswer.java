package io.adm4j.function.service;

/** What a request that was served leads to. */
public sealed interface SampleAnswer permits SampleResult, Continuation {
    /** As JSON has it. */
    SampleReply reply();
}
