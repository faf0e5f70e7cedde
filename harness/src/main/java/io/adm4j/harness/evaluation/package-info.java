/**
 * How an evaluation runs: samples from a file, a folder or drawn by a bundle, measured batch by batch against a reference,
 * with everything that took long kept on disk until the report is written.
 */
package io.adm4j.harness.evaluation;
