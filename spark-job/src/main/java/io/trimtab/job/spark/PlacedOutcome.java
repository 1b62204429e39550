package io.trimtab.job.spark;

import io.trimtab.data.Example;
import io.trimtab.data.RejectionReason;
import io.trimtab.data.RowNote;
import io.trimtab.data.RowOutcome;
import io.trimtab.job.train.ReferencedExample;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Set;

/**
 * A row's outcome at its place; what Spark stores and moves between the passes of the prepare job, packed into bytes: object by object it
 * would be several times as much.
 */
record PlacedOutcome(Place place, RowOutcome outcome) implements Serializable {
    private static final int KEPT = 0;
    private static final int REJECTED = 1;
    private static final int TOO_LONG = 2;

    boolean isKept() {
        return outcome instanceof RowOutcome.Kept;
    }

    Example example() {
        if (outcome instanceof RowOutcome.Kept kept) {
            return kept.example();
        }
        throw new IllegalStateException("Row " + outcome.id() + " was not kept");
    }

    private Object writeReplace() {
        return new Packed(packed());
    }

    private byte[] packed() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            writeText(out, place.file());
            out.writeLong(place.position());
            if (outcome instanceof RowOutcome.Kept kept) {
                out.writeByte(KEPT);
                out.writeInt(mask(kept.notes()));
                out.writeInt(kept.cutTokens());
                writeBytes(out, ShardRecord.encode(ReferencedExample.withoutReference(kept.example())));
            } else if (outcome instanceof RowOutcome.Rejected rejected) {
                out.writeByte(REJECTED);
                writeText(out, rejected.id());
                out.writeUTF(rejected.reason().name());
                writeText(out, rejected.detail());
            } else if (outcome instanceof RowOutcome.TooLong tooLong) {
                out.writeByte(TOO_LONG);
                writeText(out, tooLong.id());
                out.writeInt(tooLong.tokens());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot pack row " + outcome.id(), e);
        }
        return bytes.toByteArray();
    }

    private static PlacedOutcome unpacked(byte[] bytes) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            Place place = new Place(readText(in), in.readLong());
            int kind = in.readByte();
            return new PlacedOutcome(
                    place,
                    switch (kind) {
                        case KEPT -> {
                            Set<RowNote> notes = notes(in.readInt());
                            int cut = in.readInt();
                            yield new RowOutcome.Kept(
                                    ShardRecord.decode(readBytes(in)).example(), notes, cut);
                        }
                        case REJECTED ->
                            new RowOutcome.Rejected(readText(in), RejectionReason.valueOf(in.readUTF()), readText(in));
                        case TOO_LONG -> new RowOutcome.TooLong(readText(in), in.readInt());
                        default -> throw new IOException("an outcome has an unknown kind: " + kind);
                    });
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot unpack a row of " + bytes.length + " bytes", e);
        }
    }

    private static int mask(Set<RowNote> notes) {
        int mask = 0;
        for (RowNote note : RowNote.values()) {
            mask = mask << 1 | (notes.contains(note) ? 1 : 0);
        }
        return mask;
    }

    private static Set<RowNote> notes(int mask) {
        Set<RowNote> notes = EnumSet.noneOf(RowNote.class);
        RowNote[] all = RowNote.values();
        for (int i = 0; i < all.length; i++) {
            if ((mask >> (all.length - 1 - i) & 1) == 1) {
                notes.add(all[i]);
            }
        }
        return notes;
    }

    private static void writeText(DataOutputStream out, String text) throws IOException {
        writeBytes(out, text.getBytes(StandardCharsets.UTF_8));
    }

    private static String readText(DataInputStream in) throws IOException {
        return new String(readBytes(in), StandardCharsets.UTF_8);
    }

    private static void writeBytes(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static byte[] readBytes(DataInputStream in) throws IOException {
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        return bytes;
    }

    /** Stands in for the record in a stream. */
    private static final class Packed implements Serializable {
        private static final long serialVersionUID = 1L;
        private final byte[] bytes;

        Packed(byte[] bytes) {
            this.bytes = bytes;
        }

        private Object readResolve() {
            return unpacked(bytes);
        }
    }
}
