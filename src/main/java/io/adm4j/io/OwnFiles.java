package io.adm4j.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** Which files nobody but this user and the administrator can change or replace, as far as permissions tell. */
public final class OwnFiles {
    private static final int ADMINISTRATOR = 0;
    private static final int GROUP_WRITES = 0020;
    private static final int OTHERS_WRITE = 0002;
    private static final int STICKY = 01000;

    private final int user;

    /** @param user number of this user */
    private OwnFiles(int user) {
        this.user = user;
    }

    /**
     * Finds out who this user is.
     *
     * @throws IOException if no temporary file can be made
     */
    public static OwnFiles ofThisUser() throws IOException {
        Path mine = Files.createTempFile("adm4j-owner", "");
        try {
            return new OwnFiles(number(mine, "unix:uid"));
        } catch (UnsupportedOperationException e) {
            // This system has other permissions, which are not known here.
            return new OwnFiles(-1);
        } finally {
            Files.delete(mine);
        }
    }

    /** Whether this user alone can change a file, and the folders on the way to it; no for links and where it is unknown. */
    public boolean has(Path file) {
        if (user < 0) {
            return false;
        }
        try {
            Path real = file.toRealPath();
            if (!real.equals(file.toAbsolutePath().normalize()) || !isOwn(real, false)) {
                return false;
            }
            for (Path folder = real.getParent(); folder != null; folder = folder.getParent()) {
                // In a sticky folder others cannot replace what is not theirs.
                if (!isOwn(folder, true)) {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether this user alone can change a file or folder itself, wherever it is. */
    public boolean owns(Path path) throws IOException {
        return user < 0 || isOwn(path, false);
    }

    private boolean isOwn(Path path, boolean stickyIsFine) throws IOException {
        int owner = number(path, "unix:uid");
        int mode = number(path, "unix:mode");
        boolean groupOfOne = owner == user && owner != ADMINISTRATOR && number(path, "unix:gid") == owner;
        boolean othersWrite = (mode & OTHERS_WRITE) != 0 || (mode & GROUP_WRITES) != 0 && !groupOfOne;
        return (owner == user || owner == ADMINISTRATOR) && (!othersWrite || stickyIsFine && (mode & STICKY) != 0);
    }

    private static int number(Path path, String attribute) throws IOException {
        Object value = Files.getAttribute(path, attribute, LinkOption.NOFOLLOW_LINKS);
        return value instanceof Integer number ? number : -1;
    }
}
