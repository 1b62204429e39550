package io.trimtab.data;

import io.trimtab.data.RowOutcome.Kept;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Gives KTO rows the mismatched completion that z0 is estimated from: the answer to another prompt.
 *
 * <p>Fixed when data are prepared, so that it can be scored once: a row belongs to a bucket by the hash of (seed, id), and borrows from
 * the next row of its bucket, in hash order and wrapping round, that has another prompt. The outcome depends on the set of rows
 * alone, not on their order or on how a cluster divides them. TRL rotates inside a device's batch instead, which would tie
 * the estimate to the number of ranks.
 */
public final class MismatchPairing {
    private static final int ROWS_PER_BUCKET = 1024;

    private MismatchPairing() {}

    /** How many buckets a table of that many kept rows is divided into: about a thousand rows each. */
    public static int buckets(long rows) {
        return Math.toIntExact(Math.max(1, (rows + ROWS_PER_BUCKET / 2) / ROWS_PER_BUCKET));
    }

    public static int bucket(long seed, String id, int buckets) {
        return Mix.below(Mix.hash(seed, id), buckets);
    }

    /**
     * The rows of one bucket with their mismatched completions, in the order given; the notes are those of the pairing alone.
     *
     * <p>A row that already has one (a user's {@code kl_completion}) keeps it. Where the whole bucket shares one prompt, or the prompt
     * leaves no room under {@code maxLength}, a row stays without and is noted: it then counts for the loss and not for z0.
     */
    public static List<Kept> pair(List<Example> oneBucket, long seed, int maxLength) {
        int[] ring = byHash(oneBucket, seed);
        int[] donors = donors(oneBucket, ring);
        List<Kept> paired = new ArrayList<>(oneBucket.size());
        for (int row = 0; row < donors.length; row++) {
            Example donor = donors[row] < 0 ? null : oneBucket.get(donors[row]);
            paired.add(pair(oneBucket.get(row), donor, maxLength));
        }
        return paired;
    }

    /** Indices of the rows in the order of their hashes. */
    private static int[] byHash(List<Example> rows, long seed) {
        List<Place> places = new ArrayList<>(rows.size());
        for (int row = 0; row < rows.size(); row++) {
            Example example = rows.get(row);
            places.add(new Place(Mix.hash(seed, example.id()), example.id(), example.fingerprint(), row));
        }
        // Id and fingerprint order rows whose hashes or ids meet; what is equal in all three is one row twice.
        places.sort(
                Comparator.comparingLong(Place::hash).thenComparing(Place::id).thenComparingLong(Place::fingerprint));
        return places.stream().mapToInt(Place::row).toArray();
    }

    private record Place(long hash, String id, long fingerprint, int row) {}

    /** For each row the next in the ring with another prompt, or -1; walked backwards twice, so a run of equal prompts costs nothing extra. */
    private static int[] donors(List<Example> rows, int[] ring) {
        int[] donors = new int[ring.length];
        Arrays.fill(donors, -1);
        for (int i = 2 * ring.length - 1; i >= 0; i--) {
            int row = ring[i % ring.length];
            int next = ring[(i + 1) % ring.length];
            boolean samePrompt =
                    Arrays.equals(rows.get(row).prompt(), rows.get(next).prompt());
            donors[row] = samePrompt ? donors[next] : next;
        }
        return donors;
    }

    private static Kept pair(Example example, @Nullable Example donor, int maxLength) {
        if (example.has(CompletionRole.MISMATCHED)) {
            return new Kept(example, Set.of());
        }
        int room = maxLength - example.prompt().length;
        if (donor == null || room < 1) {
            return new Kept(example, Set.of(RowNote.WITHOUT_MISMATCH));
        }
        Completion own = example.completions().get(0);
        int[] borrowed = donor.completions().get(0).tokens();
        boolean tooLong = borrowed.length > room;
        Completion mismatched =
                new Completion(tooLong ? Arrays.copyOf(borrowed, room) : borrowed, CompletionRole.MISMATCHED);
        return new Kept(
                new Example(example.id(), example.prompt(), List.of(own, mismatched)),
                tooLong ? Set.of(RowNote.MISMATCH_TRUNCATED) : Set.of());
    }
}
