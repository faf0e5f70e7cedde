package io.adm4j.function.service;

import io.adm4j.sampling.ImageState;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Writes and reads continuation tokens: the state of a suspended request, compressed and signed with HMAC-SHA256, in base64url.
 * Whatever has a valid signature was written by a function with the same key, so nothing else is decompressed.
 *
 * <p>Layout: one byte for the version, 32 for the signature of all others, then a deflated stream.
 */
final class ContinuationTokens {
    private static final byte VERSION = 2;
    private static final int SIGNATURE = 32;
    private static final String ALGORITHM = "HmacSHA256";

    private static final int WAITING = 0;
    private static final int STARTED = 1;
    private static final int FINISHED = 2;

    private final SecretKeySpec key;

    /** @param key a secret text, shared by all replicas */
    ContinuationTokens(String key) {
        this.key = new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), ALGORITHM);
    }

    /**
     * What a token holds.
     *
     * @param digests of the bundles that compute: base, and upsampler or an empty text
     * @param fields of the request
     * @param images how far each has come
     */
    record State(Instant expires, List<String> digests, Map<String, String> fields, List<ImageState> images) {}

    String write(State state) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        Deflater deflater = new Deflater(Deflater.BEST_SPEED);
        try (DataOutputStream out = new DataOutputStream(new DeflaterOutputStream(packed, deflater))) {
            out.writeLong(state.expires().getEpochSecond());
            out.writeInt(state.digests().size());
            for (String digest : state.digests()) {
                out.writeUTF(digest);
            }
            out.writeInt(state.fields().size());
            for (Map.Entry<String, String> field : state.fields().entrySet()) {
                out.writeUTF(field.getKey());
                out.writeUTF(field.getValue());
            }
            out.writeInt(state.images().size());
            for (ImageState image : state.images()) {
                write(image, out);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("A token could not be written.", e);
        } finally {
            deflater.end();
        }
        byte[] payload = packed.toByteArray();
        ByteBuffer token = ByteBuffer.allocate(1 + SIGNATURE + payload.length);
        token.put(VERSION).put(signature(payload)).put(payload);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(token.array());
    }

    private static void write(ImageState image, DataOutputStream out) throws IOException {
        if (image instanceof ImageState.Started started) {
            out.writeByte(STARTED);
            out.writeInt(started.stage());
            out.writeInt(started.step());
            write(started.x(), out);
            out.writeByte(started.memory().size());
            for (Tensor kept : started.memory()) {
                write(kept, out);
            }
            out.writeBoolean(started.lowRes().isPresent());
            if (started.lowRes().isPresent()) {
                write(started.lowRes().get(), out);
            }
        } else if (image instanceof ImageState.Finished finished) {
            out.writeByte(FINISHED);
            write(finished.pixels(), out);
        } else {
            out.writeByte(WAITING);
        }
    }

    /** The bytes of the same significance together, which compress better. */
    private static void write(Tensor tensor, DataOutputStream out) throws IOException {
        int width = tensor.type().bytes();
        out.writeByte(width);
        out.writeByte(tensor.rank());
        for (long length : tensor.shape()) {
            out.writeInt((int) length);
        }
        byte[] bytes = tensor.toByteArray();
        byte[] planes = new byte[bytes.length];
        int count = bytes.length / width;
        for (int i = 0; i < bytes.length; i++) {
            planes[i % width * count + i / width] = bytes[i];
        }
        out.write(planes);
    }

    /**
     * Reads a token.
     *
     * @throws Refusal if it was not written with this key, by another version, or has expired
     */
    State read(String token, Instant now) {
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(token.strip());
        } catch (IllegalArgumentException e) {
            throw notOurs();
        }
        if (bytes.length <= 1 + SIGNATURE) {
            throw notOurs();
        }
        if (bytes[0] != VERSION) {
            throw Refusal.badInput("The token is of version " + bytes[0] + ", but this function takes version "
                    + VERSION + ": start the request anew.");
        }
        byte[] signature = new byte[SIGNATURE];
        byte[] payload = new byte[bytes.length - 1 - SIGNATURE];
        ByteBuffer.wrap(bytes).position(1).get(signature).get(payload);
        if (!MessageDigest.isEqual(signature, signature(payload))) {
            throw notOurs();
        }
        try (DataInputStream in = new DataInputStream(new InflaterInputStream(new ByteArrayInputStream(payload)))) {
            State state = read(in);
            if (now.isAfter(state.expires())) {
                throw Refusal.badInput("The token expired at " + state.expires() + ": start the request anew.");
            }
            return state;
        } catch (IOException e) {
            throw new UncheckedIOException("A signed token could not be read.", e);
        }
    }

    private static State read(DataInputStream in) throws IOException {
        Instant expires = Instant.ofEpochSecond(in.readLong());
        List<String> digests = new ArrayList<>();
        for (int i = in.readInt(); i > 0; i--) {
            digests.add(in.readUTF());
        }
        Map<String, String> fields = new LinkedHashMap<>();
        for (int i = in.readInt(); i > 0; i--) {
            String name = in.readUTF();
            fields.put(name, in.readUTF());
        }
        List<ImageState> images = new ArrayList<>();
        for (int i = in.readInt(); i > 0; i--) {
            images.add(image(in));
        }
        return new State(expires, digests, fields, images);
    }

    private static ImageState image(DataInputStream in) throws IOException {
        return switch (in.readByte()) {
            case STARTED -> {
                int stage = in.readInt();
                int step = in.readInt();
                Tensor x = tensor(in);
                List<Tensor> memory = new ArrayList<>();
                for (int i = in.readByte(); i > 0; i--) {
                    memory.add(tensor(in));
                }
                yield new ImageState.Started(
                        stage, step, x, memory, in.readBoolean() ? Optional.of(tensor(in)) : Optional.empty());
            }
            case FINISHED -> new ImageState.Finished(tensor(in));
            default -> new ImageState.Waiting();
        };
    }

    private static Tensor tensor(DataInputStream in) throws IOException {
        int width = in.readByte();
        long[] shape = new long[in.readByte()];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = in.readInt();
        }
        byte[] planes = in.readNBytes((int) Tensor.elements(shape) * width);
        ByteBuffer bytes = ByteBuffer.allocateDirect(planes.length);
        int count = planes.length / width;
        for (int i = 0; i < planes.length; i++) {
            bytes.put(planes[i % width * count + i / width]);
        }
        return Tensor.wrap(width == 1 ? ElementType.UINT8 : ElementType.FLOAT32, bytes.flip(), shape);
    }

    private byte[] signature(byte[] payload) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            mac.update(VERSION);
            return mac.doFinal(payload);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java has no " + ALGORITHM + ".", e);
        }
    }

    private static Refusal notOurs() {
        return Refusal.badInput("The token was not written by this function, or was changed: send it as it was given.");
    }
}
