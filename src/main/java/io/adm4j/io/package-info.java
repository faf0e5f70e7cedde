/** NumPy array files (npy, npz), PNG pictures and picture grids, without AWT. */
package io.adm4j.io;
