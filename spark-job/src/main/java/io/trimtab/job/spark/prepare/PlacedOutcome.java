package io.trimtab.job.spark.prepare;

import io.trimtab.data.Example;
import io.trimtab.data.RejectionReason;
import io.trimtab.data.RowNote;
import io.trimtab.data.RowOutcome;
import io.trimtab.data.report.DataTally;
import io.trimtab.data.rows.RowOrigin;
import io.trimtab.data.rows.TakenShape;
import io.trimtab.job.spark.files.ShardRecord;
import io.trimtab.job.spark.source.Place;
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
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An outcome at its place; what Spark stores and moves between the passes of the prepare job, packed into bytes: object by object it
 * would be several times as much.
 *
 * @param origin of the row where this is its first outcome; null for its others, and for rows that are counted already
 */
record PlacedOutcome(
        Place place, RowOutcome outcome, @Nullable RowOrigin origin) implements Serializable {
    private static final int KEPT = 0;
    private static final int REJECTED = 1;
    private static final int TOO_LONG = 2;
    private static final int TIED = 3;

    private static final int NO_ORIGIN = 0;
    private static final int UNREAD = 1;
    private static final int SHAPED = 2;

    boolean isKept() {
        return outcome instanceof RowOutcome.Kept;
    }

    Example example() {
        if (outcome instanceof RowOutcome.Kept kept) {
            return kept.example();
        }
        throw new IllegalStateException("Row " + outcome.id() + " was not kept");
    }

    void addTo(DataTally tally) {
        if (origin != null) {
            tally.addRow(origin);
        }
        tally.addOutcome(outcome);
    }

    private Object writeReplace() {
        return new Packed(packed());
    }

    byte[] packed() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            writeText(out, place.file());
            out.writeLong(place.position());
            out.writeInt(place.part());
            write(out, origin);
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
            } else if (outcome instanceof RowOutcome.Tied) {
                out.writeByte(TIED);
                writeText(out, outcome.id());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot pack row " + outcome.id(), e);
        }
        return bytes.toByteArray();
    }

    static PlacedOutcome unpacked(byte[] bytes) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            Place place = new Place(readText(in), in.readLong(), in.readInt());
            RowOrigin origin = origin(in);
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
                        case TIED -> new RowOutcome.Tied(readText(in));
                        default -> throw new IOException("an outcome has an unknown kind: " + kind);
                    },
                    origin);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot unpack a row of " + bytes.length + " bytes", e);
        }
    }

    private static void write(DataOutputStream out, @Nullable RowOrigin origin) throws IOException {
        TakenShape shape = origin == null ? null : origin.shape();
        out.writeByte(origin == null ? NO_ORIGIN : shape == null ? UNREAD : SHAPED);
        if (origin != null && shape != null) {
            out.writeInt(origin.tiedPairs());
            out.writeInt(origin.leftOut());
            writeText(out, shape.shape());
            writeText(out, shape.of());
            out.writeInt(shape.columns().size());
            for (String column : shape.columns()) {
                writeText(out, column);
            }
        }
    }

    private static @Nullable RowOrigin origin(DataInputStream in) throws IOException {
        int kind = in.readByte();
        if (kind != SHAPED) {
            return kind == UNREAD ? RowOrigin.UNREAD : null;
        }
        int tiedPairs = in.readInt();
        int leftOut = in.readInt();
        String shape = readText(in);
        String of = readText(in);
        String[] columns = new String[in.readInt()];
        for (int i = 0; i < columns.length; i++) {
            columns[i] = readText(in);
        }
        return new RowOrigin(new TakenShape(shape, of, List.of(columns)), tiedPairs, leftOut);
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
