/**
 * Writers of reports: HTML, JSON, JUnit XML, Markdown, console tables, the comparison with a baseline and the
 * quickstart's page.
 *
 * <p>Builds on {@code evaluation.result}. Nothing here computes a score, and nothing in {@code evaluation} may import
 * this package.
 */
package io.adm4j.harness.report;
