package io.trimtab.data;

/**
 * 64-bit hashes by which equal rows of a table, and of two tables, find each other whatever their ids; compared as tokens. Two different
 * contents meet with a chance of n^2 / 2^65 among n rows: 3e-8 for a million.
 *
 * @param prompt of the prompt
 * @param content of the prompt and its trained completions, whichever of them is preferred
 * @param preference tells the two ways apart in which the same content can be labelled: which of a pair is chosen, or whether an answer is
 *     desirable
 */
public record ExampleHashes(long prompt, long content, boolean preference) {
    public static ExampleHashes of(Example example) {
        long prompt = Mix.hash(0, example.prompt());
        long answers = 0;
        for (Completion completion : example.completions()) {
            answers += completion.role().trained() ? Mix.hash(1, completion.tokens()) : 0;
        }
        return new ExampleHashes(prompt, Mix.mix(prompt + Mix.mix(answers)), preference(example));
    }

    private static boolean preference(Example example) {
        Completion first = example.completions().get(0);
        return switch (first.role()) {
            case CHOSEN ->
                Mix.hash(1, first.tokens())
                        < Mix.hash(1, example.completions().get(1).tokens());
            case UNDESIRABLE -> false;
            case REJECTED, DESIRABLE, MISMATCHED, TARGET -> true;
        };
    }
}
