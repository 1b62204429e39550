package io.trimtab.merge.telemetry;

import io.trimtab.merge.depth.LayerName;
import io.trimtab.merge.shard.ParameterLayout;
import io.trimtab.merge.shard.Shard;
import io.trimtab.merge.shard.ShardLayout;
import io.trimtab.merge.shard.TensorPart;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The entries of this rank's shard that telemetry looks at: of every tensor each n-th chunk of {@value #CHUNK}, the first one among them, where n makes some
 * 2^18 entries or 1/512 of the model of it, whichever is more. So models up to 2^18 parameters are seen whole. Chosen by place in the tensor: the
 * same entries on any number of ranks.
 *
 * @param groups names of the layers, and of tensors outside of layers, in the order of the flat space
 * @param size entries of this rank
 */
record Sample(List<Chunk> chunks, List<String> groups, int size) {

    private static final int CHUNK = 256;
    private static final long FEWEST = 1L << 18;
    private static final long LARGEST_STRIDE = 512;

    /**
     * A run of entries.
     *
     * @param piece at most a tile
     * @param weight how many entries of its tensor each of them stands for
     * @param at place in arrays of the sample
     */
    record Chunk(TensorPart piece, int group, double weight, int at) {

        int tensor() {
            return piece.tensor();
        }

        int block() {
            return piece.block();
        }

        int from() {
            return piece.from();
        }

        int length() {
            return piece.length();
        }
    }

    /** A tensor in the sample: its group, and how many of its entries each sampled one stands for. */
    private record Member(int group, double weight) {}

    static Sample of(ParameterLayout layout, ShardLayout shards) {
        long stride = Math.max(1, Math.min(LARGEST_STRIDE, layout.size() / FEWEST));
        List<String> groups = new ArrayList<>();
        Map<Integer, Member> members = new HashMap<>();
        for (ParameterLayout.Tensor tensor : layout.tensors()) {
            String name = group(tensor.name());
            if (!groups.contains(name)) {
                groups.add(name);
            }
            members.put(
                    tensor.id(),
                    new Member(groups.indexOf(name), (double) tensor.length() / sampled(tensor.length(), stride)));
        }
        List<Chunk> chunks = new ArrayList<>();
        int size = 0;
        for (TensorPart part : shards.parts()) {
            Member member = Objects.requireNonNull(members.get(part.tensor()), "a part of a tensor without a place");
            long end = part.element() + part.length();
            long width = stride == 1 ? Long.MAX_VALUE : CHUNK;
            long first = stride == 1 ? 0 : part.element() / (CHUNK * stride) * (CHUNK * stride);
            for (long chunk = first; chunk < end; chunk += CHUNK * stride) {
                long from = Math.max(chunk, part.element());
                long to = stride == 1 ? end : Math.min(chunk + width, end);
                if (from < to) {
                    int start = part.from() + (int) (from - part.element());
                    TensorPart run =
                            new TensorPart(part.tensor(), from, part.block(), start, start + (int) (to - from));
                    for (TensorPart piece : run.tiles()) {
                        chunks.add(new Chunk(piece, member.group(), member.weight(), size));
                        size += piece.length();
                    }
                }
                if (stride == 1) {
                    break;
                }
            }
        }
        return new Sample(List.copyOf(chunks), List.copyOf(groups), size);
    }

    private static long sampled(long length, long stride) {
        long round = CHUNK * stride;
        return Math.max(1, length / round * CHUNK + Math.min(CHUNK, length % round));
    }

    /** The group of a tensor: its layer, or itself. */
    static String group(String tensor) {
        return LayerName.of(tensor)
                .map(LayerName::layerName)
                .orElseGet(() -> tensor.endsWith(".weight") ? tensor.substring(0, tensor.length() - 7) : tensor);
    }

    /** Number of the first chunk that does not lie before a tile; that behind the last one where all do. */
    int first(TensorPart tile) {
        int low = 0;
        int high = chunks.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            TensorPart piece = chunks.get(middle).piece();
            boolean before =
                    piece.block() < tile.block() || (piece.block() == tile.block() && piece.to() <= tile.from());
            if (before) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** The sampled entries of a shard. */
    void copy(Shard shard, float[] target) {
        for (Chunk chunk : chunks) {
            shard.read(chunk.piece(), target, chunk.at());
        }
    }
}
