/** The models that were published with the paper: what they are, where they are, and how they get here. */
package io.adm4j.harness.zoo;
