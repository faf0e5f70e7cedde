package io.adm4j.io;

import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Reads the Python dictionary literal of an npy header: three known keys, strings, booleans and a tuple. */
final class NpyHeaderParser {
    /** NumPy's own limit. */
    private static final int MAX_RANK = 64;

    private final String text;
    private final String what;
    private int at;

    NpyHeaderParser(String text, String what) {
        this.text = text;
        this.what = what;
    }

    NpyHeader parse() {
        ElementType type = null;
        Boolean fortran = null;
        long[] shape = null;
        expect('{');
        while (!accept('}')) {
            String key = string();
            expect(':');
            switch (key) {
                case "descr" -> type = descr();
                case "fortran_order" -> fortran = bool();
                case "shape" -> shape = tuple();
                default -> throw damaged();
            }
            if (!accept(',')) {
                expect('}');
                break;
            }
        }
        if (type == null || fortran == null || shape == null) {
            throw damaged();
        }
        try {
            Math.multiplyExact(Tensor.elements(shape), (long) type.bytes());
        } catch (ArithmeticException e) {
            throw damaged();
        }
        return new NpyHeader(type, fortran, shape);
    }

    private ElementType descr() {
        skipSpace();
        if (at < text.length() && text.charAt(at) == '[') {
            throw new ArrayFileException(
                    what + " is a structured array (records with fields); save each field as an array of its own.");
        }
        return NpyHeader.type(string(), what);
    }

    private boolean bool() {
        skipSpace();
        if (text.startsWith("True", at)) {
            at += 4;
            return true;
        }
        if (text.startsWith("False", at)) {
            at += 5;
            return false;
        }
        throw damaged();
    }

    private long[] tuple() {
        List<Long> values = new ArrayList<>();
        expect('(');
        while (!accept(')')) {
            if (values.size() == MAX_RANK) {
                throw damaged();
            }
            values.add(number());
            if (!accept(',')) {
                expect(')');
                break;
            }
        }
        return values.stream().mapToLong(Long::longValue).toArray();
    }

    private long number() {
        skipSpace();
        int start = at;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        try {
            long value = Long.parseLong(text.substring(start, at));
            // Python 2 wrote long integers with a suffix.
            if (at < text.length() && text.charAt(at) == 'L') {
                at++;
            }
            return value;
        } catch (NumberFormatException e) {
            throw damaged();
        }
    }

    private String string() {
        skipSpace();
        if (at >= text.length() || (text.charAt(at) != '\'' && text.charAt(at) != '"')) {
            throw damaged();
        }
        int end = text.indexOf(text.charAt(at), at + 1);
        if (end < 0) {
            throw damaged();
        }
        String value = text.substring(at + 1, end);
        at = end + 1;
        return value;
    }

    private void expect(char c) {
        if (!accept(c)) {
            throw damaged();
        }
    }

    private boolean accept(char c) {
        skipSpace();
        if (at < text.length() && text.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    private void skipSpace() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private ArrayFileException damaged() {
        return new ArrayFileException(what + " has a damaged npy header; fetch or write it again.");
    }
}
