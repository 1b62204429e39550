package io.trimtab.merge.shard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PackedShardTest {

    private static final int SIZE = 2 * TensorPart.TILE + 77;

    enum Kind {
        DENSE,
        DENSE_BFLOAT16,
        SPARSE,
        SPARSE_BFLOAT16,
        ZERO;

        float value(int place, Random random) {
            return switch (this) {
                case DENSE -> (float) random.nextGaussian();
                case DENSE_BFLOAT16 -> 1 + random.nextInt(128) / 128.0f;
                case SPARSE -> place % 10 == 3 ? (float) random.nextGaussian() : 0.0f;
                case SPARSE_BFLOAT16 -> place % 10 == 3 ? -0.75f : 0.0f;
                case ZERO -> 0.0f;
            };
        }

        double bytesPerValue() {
            return switch (this) {
                case DENSE -> Float.BYTES;
                case DENSE_BFLOAT16 -> Short.BYTES;
                case SPARSE -> (Character.BYTES + Float.BYTES) / 10.0;
                case SPARSE_BFLOAT16 -> (Character.BYTES + Short.BYTES) / 10.0;
                case ZERO -> 0.0;
            };
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void givesBackEveryBit(Kind kind) {
        Random random = new Random(5);
        float[] values = new float[SIZE];
        for (int i = 0; i < SIZE; i++) {
            values[i] = kind.value(i, random);
        }
        PackedShard packed = PackedShard.of(shard(values));
        assertThat(readDense(packed)).isEqualTo(values);
        assertThat(readEntries(packed)).isEqualTo(values);
        assertThat(packed.bytes() / (double) SIZE)
                .isBetween(kind.bytesPerValue() * 0.999, kind.bytesPerValue() * 1.001);
    }

    /** What one value asks for, its whole page gets; the other pages do not. */
    @Test
    void pagesAreStoredEachInItsOwnWay() {
        float[] values = new float[SIZE];
        values[TensorPart.TILE + 5] = (float) Math.PI;
        values[TensorPart.TILE + 6] = Float.MIN_VALUE;
        values[SIZE - 1] = 1.5f;
        PackedShard packed = PackedShard.of(shard(values));
        assertThat(readDense(packed)).isEqualTo(values);
        assertThat(packed.bytes()).isEqualTo(2 * (2 + 4) + (2 + 2));
    }

    /** Tiles of runs that begin and end anywhere. */
    private static float[] readDense(PackedShard packed) {
        float[] all = new float[SIZE];
        float[] tile = new float[TensorPart.TILE];
        for (TensorPart part : parts()) {
            for (TensorPart piece : part.tiles()) {
                packed.read(piece, tile);
                System.arraycopy(tile, 0, all, piece.from(), piece.length());
            }
        }
        return all;
    }

    private static float[] readEntries(PackedShard packed) {
        float[] all = new float[SIZE];
        Entries entries = new Entries();
        for (TensorPart part : parts()) {
            for (TensorPart piece : part.tiles()) {
                packed.read(piece, entries);
                for (int i = 0; i < entries.count(); i++) {
                    all[piece.from() + entries.places()[i]] = entries.values()[i];
                }
            }
        }
        return all;
    }

    private static List<TensorPart> parts() {
        int cut = TensorPart.TILE - 300;
        return List.of(
                new TensorPart(0, 0, 0, 0, 13), new TensorPart(1, 0, 0, 13, cut), new TensorPart(2, 0, 0, cut, SIZE));
    }

    private static Shard shard(float[] values) {
        ParameterLayout layout = new ParameterLayout(List.of(new ParameterLayout.Tensor(0, "all", 0, values.length)));
        Shard shard = Shard.zeros(layout.shardLayout(0, 1));
        shard.write(0, values, 0, values.length);
        return shard;
    }
}
