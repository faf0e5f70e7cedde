package io.adm4j.bundle.source;

import io.adm4j.bundle.BundleException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a bundle is on a web server or in an object store.
 *
 * @param uri without the fragment
 * @param hash the 64 hexadecimal digits of {@code #sha256=}
 */
record BundleAddress(URI uri, Optional<String> hash) {
    private static final String HASH = "sha256=";

    /**
     * Reads an address.
     *
     * @throws BundleException if it is none; the message does not repeat it where it may have a password
     */
    static BundleAddress parse(String text) {
        URI whole;
        try {
            whole = new URI(text);
        } catch (URISyntaxException e) {
            throw new BundleException(
                    "The bundle's address cannot be read at character " + (e.getIndex() + 1) + ": " + e.getReason()
                            + ".",
                    e);
        }
        if (whole.getRawUserInfo() != null) {
            throw new BundleException(
                    "The bundle's address has a user name or password, which logs would show: take it out.");
        }
        if (whole.getHost() == null && whole.getRawAuthority() == null) {
            throw new BundleException("The bundle's address " + text + " has no host or bucket.");
        }
        String bare = text.contains("#") ? text.substring(0, text.indexOf('#')) : text;
        BundleAddress address = new BundleAddress(URI.create(bare), hash(whole.getRawFragment()));
        if (!address.isWeb() && whole.getRawQuery() != null) {
            throw new BundleException("The bundle's address " + text + " may not have a question mark.");
        }
        return address;
    }

    private static Optional<String> hash(@Nullable String fragment) {
        if (fragment == null) {
            return Optional.empty();
        }
        String lower = fragment.toLowerCase(Locale.ROOT);
        if (!lower.matches(HASH + "[0-9a-f]{64}")) {
            throw new BundleException(
                    "The bundle's address must end with #sha256= and 64 hexadecimal digits, as sha256sum prints them.");
        }
        return Optional.of(lower.substring(HASH.length()));
    }

    boolean isWeb() {
        return !uri.getScheme().equalsIgnoreCase("s3");
    }

    String bucket() {
        return uri.getRawAuthority();
    }

    /** Without a slash at the beginning. */
    String key() {
        return uri.getPath().startsWith("/") ? uri.getPath().substring(1) : uri.getPath();
    }

    /** Without the query, which may be a password. */
    @Override
    public String toString() {
        String text = uri.toString();
        return uri.getRawQuery() == null ? text : text.substring(0, text.indexOf('?')) + "?...";
    }
}
