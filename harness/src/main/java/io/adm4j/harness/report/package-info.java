/** What is written for people, programs and build servers: evaluations, their comparison with a baseline, the quickstart's page. */
package io.adm4j.harness.report;
