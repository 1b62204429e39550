package io.trimtab.data.synthetic;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Uniform draws from lists of words. */
final class Draw {
    private Draw() {}

    static <T> T one(List<T> from, SplittableRandom random) {
        return from.get(random.nextInt(from.size()));
    }

    /** With repetition. */
    static <T> List<T> many(List<T> from, int count, SplittableRandom random) {
        List<T> drawn = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            drawn.add(one(from, random));
        }
        return drawn;
    }

    /** Without repetition, in random order (the first steps of a Fisher-Yates shuffle). */
    static <T> List<T> distinct(List<T> from, int count, SplittableRandom random) {
        List<T> pool = new ArrayList<>(from);
        for (int i = 0; i < count; i++) {
            int j = i + random.nextInt(pool.size() - i);
            T swapped = pool.get(i);
            pool.set(i, pool.get(j));
            pool.set(j, swapped);
        }
        return List.copyOf(pool.subList(0, count));
    }
}
