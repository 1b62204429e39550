package io.trimtab.job.spark.files;

import io.trimtab.data.Completion;
import io.trimtab.data.CompletionRole;
import io.trimtab.data.Example;
import io.trimtab.job.train.ReferencedExample;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A row as bytes of a shard: id, prompt, completions with their roles and, unless whole, trained spans, reference log-probs. Ids and lengths are variable-length integers, 1 to
 * 3 bytes for the usual vocabularies.
 */
public final class ShardRecord {

    private ShardRecord() {}

    public static byte[] encode(ReferencedExample row) {
        return joined(encode(row.example()), encode(row.referenceLogProbs()));
    }

    /** The two parts of a record, one behind the other. */
    public static byte[] joined(byte[] example, byte[] referenceLogProbs) {
        byte[] both = Arrays.copyOf(example, example.length + referenceLogProbs.length);
        System.arraycopy(referenceLogProbs, 0, both, example.length, referenceLogProbs.length);
        return both;
    }

    public static byte[] encode(Example example) {
        return bytes(out -> {
            byte[] id = example.id().getBytes(StandardCharsets.UTF_8);
            writeInt(out, id.length);
            out.write(id);
            writeInts(out, example.prompt());
            writeInt(out, example.completions().size());
            for (Completion completion : example.completions()) {
                out.writeByte(code(completion.role()));
                writeInts(out, completion.tokens());
                writeInts(out, completion.isWhole() ? new int[0] : completion.spans());
            }
        });
    }

    public static byte[] encode(double[] referenceLogProbs) {
        return bytes(out -> {
            writeInt(out, referenceLogProbs.length);
            for (double logProb : referenceLogProbs) {
                out.writeDouble(logProb);
            }
        });
    }

    private interface Writing {
        void to(DataOutputStream out) throws IOException;
    }

    private static byte[] bytes(Writing writing) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            writing.to(out);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot encode a row", e);
        }
        return bytes.toByteArray();
    }

    public static ReferencedExample decode(byte[] bytes) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            byte[] id = new byte[readInt(in)];
            in.readFully(id);
            int[] prompt = readInts(in);
            int count = readInt(in);
            List<Completion> completions = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                CompletionRole role = role(in.readUnsignedByte());
                int[] tokens = readInts(in);
                int[] spans = readInts(in);
                completions.add(spans.length == 0 ? new Completion(tokens, role) : new Completion(tokens, role, spans));
            }
            double[] logProbs = new double[readInt(in)];
            for (int i = 0; i < logProbs.length; i++) {
                logProbs[i] = in.readDouble();
            }
            Example example = new Example(new String(id, StandardCharsets.UTF_8), prompt, completions);
            return new ReferencedExample(example, logProbs);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot decode a row of " + bytes.length + " bytes", e);
        }
    }

    /** Part of the format: fixed numbers, whatever the order of the enum. */
    private static int code(CompletionRole role) {
        return switch (role) {
            case CHOSEN -> 0;
            case REJECTED -> 1;
            case DESIRABLE -> 2;
            case UNDESIRABLE -> 3;
            case MISMATCHED -> 4;
            case TARGET -> 5;
        };
    }

    private static CompletionRole role(int code) throws IOException {
        for (CompletionRole role : CompletionRole.values()) {
            if (code(role) == code) {
                return role;
            }
        }
        throw new IOException("a completion has an unknown role: " + code);
    }

    private static void writeInts(DataOutputStream out, int[] values) throws IOException {
        writeInt(out, values.length);
        for (int value : values) {
            writeInt(out, value);
        }
    }

    private static int[] readInts(DataInputStream in) throws IOException {
        int[] values = new int[readInt(in)];
        for (int i = 0; i < values.length; i++) {
            values[i] = readInt(in);
        }
        return values;
    }

    /** Seven bits a byte, lowest first; the top bit says that more follow. */
    private static void writeInt(DataOutputStream out, int value) throws IOException {
        int rest = value;
        while ((rest & ~0x7F) != 0) {
            out.writeByte((rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        out.writeByte(rest);
    }

    private static int readInt(DataInputStream in) throws IOException {
        int value = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            int next = in.readUnsignedByte();
            value |= (next & 0x7F) << shift;
            if ((next & 0x80) == 0) {
                return value;
            }
        }
        throw new IOException("an integer does not end");
    }
}
