/** Model bundles on disk, and their networks as the samplers see them. */
package io.adm4j.bundle;
