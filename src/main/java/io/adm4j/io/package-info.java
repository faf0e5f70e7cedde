/** NumPy array files (npy, npz), PNG images and image grids, without AWT. */
package io.adm4j.io;
