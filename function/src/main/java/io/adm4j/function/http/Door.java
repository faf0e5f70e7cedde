package io.adm4j.function.http;

import java.util.List;

/**
 * A door over HTTP: a bean that says which paths exist. All others are answered 404 before Quarkus sees them, and methods
 * that a path does not take 405.
 */
public interface Door {
    /** The paths; each method of a path belongs to one door. */
    List<DoorPath> paths();
}
