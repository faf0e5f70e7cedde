/** How long a network takes on this machine: one class for each piece of work that is timed. */
package io.adm4j.harness.bench;
