package io.adm4j.export.importer.torch;

import java.util.SplittableRandom;

/** Generates pickles that are state dicts except for one defect. */
final class HostilePickle {
    /** Storages that the pickles name, in elements of four bytes. */
    static final int STORED = 64;

    private static final long[] NUMBERS = {
        0,
        1,
        2,
        3,
        6,
        8,
        63,
        64,
        65,
        1000,
        -1,
        -2,
        1 << 16,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        1L << 31,
        1L << 32,
        1L << 61,
        1L << 62,
        Long.MAX_VALUE,
        Long.MIN_VALUE
    };
    private static final String[][] NAMES = {
        {"collections", "OrderedDict"},
        {"torch._utils", "_rebuild_tensor_v2"},
        {"torch._utils", "_rebuild_parameter"},
        {"torch", "FloatStorage"},
        {"torch", "HalfStorage"},
        {"torch", "BFloat16Storage"},
        {"torch", "LongStorage"},
        {"torch", "QInt8Storage"},
        {"torch", "load"},
        {"os", "system"},
        {"builtins", "eval"},
        {"builtins", "getattr"},
        {"argparse", "Namespace"},
        {"torch._utils", "_rebuild_tensor"},
        {"numpy.core.multiarray", "_reconstruct"},
        {"", ""},
        {"torch", ""}
    };
    private static final String[] STORAGES = {
        "FloatStorage",
        "DoubleStorage",
        "HalfStorage",
        "BFloat16Storage",
        "LongStorage",
        "BoolStorage",
        "ComplexFloatStorage"
    };
    private static final String[] KEYS = {"0", "1", "2", "", "../0", "0/../0", "\0", "data.pkl", "x".repeat(70_000)};

    private final SplittableRandom random;

    HostilePickle(SplittableRandom random) {
        this.random = random;
    }

    byte[] next() {
        int kind = random.nextInt(200);
        return kind == 0 ? swollen() : kind < 100 ? stateDict() : operations();
    }

    /** A dict of tensors with some wrong numbers. */
    private byte[] stateDict() {
        PickleBytes p = new PickleBytes().op('}');
        if (random.nextInt(4) == 0) {
            if (random.nextBoolean()) {
                p.text("args")
                        .global("argparse", "Namespace")
                        .op(')')
                        .op(0x81)
                        .op('}')
                        .op('b')
                        .op('s');
            }
            p.text("state_dict").op('}');
            tensors(p);
            p.op('s');
        } else {
            tensors(p);
        }
        return p.end();
    }

    private void tensors(PickleBytes p) {
        for (int n = random.nextInt(4); n >= 0; n--) {
            p.text(random.nextInt(8) == 0 ? "module." : "w" + n);
            tensor(p);
            p.op('s');
        }
    }

    private void tensor(PickleBytes p) {
        boolean honest = random.nextInt(4) > 0;
        int rank = random.nextInt(20) == 0 ? random.nextInt(40) : random.nextInt(4);
        p.global("torch._utils", "_rebuild_tensor_v2").op('(');
        String type = honest ? "FloatStorage" : STORAGES[random.nextInt(STORAGES.length)];
        String key = honest ? "0" : KEYS[random.nextInt(KEYS.length)];
        p.op('(').text("storage").global("torch", type).text(key).text("cpu").integer(honest ? STORED : number());
        p.op('t').op('Q').integer(random.nextInt(8) == 0 ? number() : 0);
        p.tuple(numbers(rank)).tuple(numbers(random.nextInt(12) == 0 ? rank + 1 : rank));
        if (random.nextInt(10) > 0) {
            p.op(0x89).global("collections", "OrderedDict").op(')').op('R');
        }
        p.op('t').op('R');
    }

    private long[] numbers(int count) {
        long[] numbers = new long[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = random.nextInt(8) > 0 ? random.nextInt(5) : number();
        }
        return numbers;
    }

    private long number() {
        return NUMBERS[random.nextInt(NUMBERS.length)];
    }

    /** Operations in any order, mostly those whose operands are likely to be there. */
    private byte[] operations() {
        PickleBytes p = new PickleBytes();
        for (int n = 3 + random.nextInt(120); n > 0; n--) {
            operation(p);
        }
        return random.nextInt(10) == 0 ? p.unended() : p.end();
    }

    private void operation(PickleBytes p) {
        switch (random.nextInt(28)) {
            case 0, 1 -> p.op('}');
            case 2, 3 -> p.op(']');
            case 4 -> p.op(')');
            case 5, 6 -> p.op('(');
            case 7 -> p.op('t');
            case 8 -> p.op('u');
            case 9 -> p.op('e');
            case 10 -> p.op('s');
            case 11 -> p.op('a');
            case 12, 13 -> p.op('q').op(random.nextInt(8));
            case 14, 15 -> p.op('h').op(random.nextInt(8));
            case 16 -> p.op(0x85 + random.nextInt(3));
            case 17, 18 -> p.text(random.nextBoolean() ? "storage" : "k" + random.nextInt(9));
            case 19 -> p.integer(number());
            case 20 -> {
                String[] name = NAMES[random.nextInt(random.nextInt(4) == 0 ? NAMES.length : 7)];
                p.global(name[0], name[1]);
            }
            case 21 -> p.op('R');
            case 22 -> p.op(random.nextBoolean() ? 'Q' : 'b');
            case 23 -> tensor(p);
            case 24 -> p.op(0x94);
            case 25 -> length(p);
            case 26 -> p.op(random.nextInt(256));
            default -> p.op('N').op(0x88).op('0');
        }
    }

    /** An operation with a length that the rest of the pickle does not have. */
    private void length(PickleBytes p) {
        switch (random.nextInt(4)) {
            case 0 -> p.op('X').number(4, number());
            case 1 -> p.op(0x8d).number(8, number());
            case 2 -> p.op(0x8a).op(random.nextInt(256));
            default -> p.op(0x95).number(8, number());
        }
    }

    /** A short text that claims much memory or time. */
    private byte[] swollen() {
        PickleBytes p = new PickleBytes();
        int many = 1 << 15 + random.nextInt(5);
        switch (random.nextInt(9)) {
            case 0 -> repeat(p, many, '}');
            case 1 -> repeat(p, many, '(');
            case 2 -> repeat(p, many, ']', 0x85);
            case 3 -> repeat(p.op('}'), many, 0x94);
            case 4 -> repeat(p.op(']').op('q').op(0), many, 'h', 0, 'a');
            case 5 -> repeat(p.op(']').op('q').op(0), many, ']', 'q', 0, 'h', 0, 'a', 'h', 0, 'a');
            case 6 -> repeat(p.op(']'), many, 0x8c, 0, 'a');
            case 7 -> sameHash(p, many / 8);
            default -> sharedDict(p, many / 8);
        }
        return p.end();
    }

    private static void repeat(PickleBytes p, int times, int... operations) {
        for (int i = 0; i < times; i++) {
            for (int op : operations) {
                p.op(op);
            }
        }
    }

    /** Numbers of two kinds that all hash to 0. */
    private static void sameHash(PickleBytes p, int many) {
        p.op('}').op('(');
        for (int i = 1; i <= many; i++) {
            long bits = (long) i << 32 | i;
            p.integer(bits).op('N').op('G').number(8, Long.reverseBytes(bits)).op('N');
        }
        p.op('u');
    }

    /** One large dict under many keys. */
    private void sharedDict(PickleBytes p, int many) {
        p.op('}').op('q').op(1);
        p.text("t");
        tensor(p);
        p.op('q').op(2).op('s').op('(');
        for (int i = 0; i < many; i++) {
            p.text("k" + i).op('h').op(2);
        }
        p.op('u').op('0').op('}').op('(');
        for (int i = 0; i < many; i++) {
            p.text("k" + i).op('h').op(1);
        }
        p.op('u');
    }
}
