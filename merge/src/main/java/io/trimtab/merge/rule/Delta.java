package io.trimtab.merge.rule;

import io.trimtab.merge.shard.Entries;
import io.trimtab.merge.shard.Shard;
import io.trimtab.merge.shard.TensorPart;
import java.util.List;
import java.util.function.Consumer;

/**
 * AdamW's step of a rank as it comes into being, tile by tile, so that a rule can use a tile while it is in the processor's cache. Each tile is taken once, by one
 * of the methods.
 */
public interface Delta {

    /** The shard that holds the gradient of tiles that are still to come, and the step of those that {@link #next} made. */
    Shard values();

    /** Advances the moments of a tile and replaces its gradient by its step. */
    void next(TensorPart tile);

    /**
     * Where only some entries matter.
     *
     * @param entries values are filled in at the places that are there
     */
    default void next(TensorPart tile, Entries entries) {
        next(tile);
        entries.gather(values().view(tile.block()), tile.from());
    }

    /** Where the step is only added to something. */
    default void addTo(Shard target, TensorPart tile) {
        next(tile);
        target.add(tile, values());
    }

    /**
     * Shows parts to a rule, on as many threads as an update has: none of its tiles to two of them.
     *
     * @param parts in ascending order
     * @param target what the rule adds to
     */
    default void forEachPart(List<TensorPart> parts, Shard target, Consumer<TensorPart> rule) {
        parts.forEach(rule);
    }

    /** All of them. */
    default void forEachPart(Shard target, Consumer<TensorPart> rule) {
        forEachPart(target.layout().parts(), target, rule);
    }

    /** Takes all tiles. */
    default Shard whole() {
        for (TensorPart part : values().layout().parts()) {
            part.tiles().forEach(this::next);
        }
        return values();
    }
}
