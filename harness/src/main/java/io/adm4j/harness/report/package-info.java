/** What is written for people and programs: scores as table and JSON, the quickstart as one HTML page. */
package io.adm4j.harness.report;
