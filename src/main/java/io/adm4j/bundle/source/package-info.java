/**
 * Where bundles come from: folders, zip archives, web servers and object stores. What is not a folder is checked and kept in a
 * cache folder.
 *
 * <p>Builds on {@code bundle}, {@code fetch} and {@code io}. The clients of object stores may not come in here: they implement
 * {@link io.adm4j.bundle.source.ObjectStore} elsewhere.
 */
package io.adm4j.bundle.source;
