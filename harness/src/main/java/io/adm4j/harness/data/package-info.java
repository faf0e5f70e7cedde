/**
 * Images with labels from the places where people keep them, resized as the published ADM loader does. AWT decodes
 * image files here and nowhere else.
 */
package io.adm4j.harness.data;
