package io.trimtab.data.synthetic;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The 141 whole words of the world; a word's id is its place in {@link #WORDS}. */
public final class Vocabulary {
    public static final String PAD = "<pad>";
    public static final String BOS = "<s>";
    public static final String EOS = "</s>";
    public static final String USER = "<u>";
    public static final String ANSWER = "<a>";
    static final String END_OF_STATEMENT = ";";
    static final String EQUALS = "=";
    static final String STOP = ".";
    static final String THE = "the";
    static final String TELL = "tell";
    static final String SURE = "sure";
    static final String THANKS = "thanks";
    static final String SORRY = "sorry";

    static final List<String> SPECIAL = List.of(PAD, BOS, EOS, USER, ANSWER);
    static final List<String> RELATIONS = List.of("capital", "river", "colour");
    static final List<String> OPENERS = List.of("(", "[", "{");
    static final List<String> CLOSERS = List.of(")", "]", "}");
    static final List<String> LETTERS = List.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j");
    static final List<String> NUMBERS = numbered("n", 10);
    static final List<String> ENTITIES = numbered("E", 32);
    static final List<String> VALUES = numbered("V", 32);
    /** What one can be asked to tell about. */
    public static final List<String> NOUNS = numbered("N", 12);

    static final List<String> ADJECTIVES = numbered("A", 8);
    static final List<String> VERBS = numbered("B", 8);

    /** All words, in the order of their ids. */
    public static final List<String> WORDS = join(List.of(
            SPECIAL,
            List.of(END_OF_STATEMENT, EQUALS, STOP, THE),
            List.of("copy", "rev", "swap", "sort", "max", "close"),
            RELATIONS,
            List.of(TELL, SURE, THANKS, SORRY, "no"),
            OPENERS,
            CLOSERS,
            LETTERS,
            NUMBERS,
            ENTITIES,
            VALUES,
            NOUNS,
            ADJECTIVES,
            VERBS));

    private Vocabulary() {}

    private static List<String> numbered(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> prefix + i).toList();
    }

    private static List<String> join(List<List<String>> parts) {
        return parts.stream().flatMap(Collection::stream).toList();
    }

    /** The parts one after the other, for sentences and questions. */
    static List<String> words(List<String> first, String... rest) {
        List<String> all = new ArrayList<>(first);
        all.addAll(List.of(rest));
        return List.copyOf(all);
    }

    /** What the world's tokenizer.json makes of a text: {@code <s>} and a word for everything between white space. */
    public static int[] ids(String text) {
        return Stream.concat(Stream.of(BOS), Stream.of(text.strip().split("\\s+")))
                .mapToInt(Vocabulary::id)
                .toArray();
    }

    private static int id(String word) {
        int id = WORDS.indexOf(word);
        if (id < 0) {
            throw new IllegalArgumentException(
                    "The synthetic world has no word like this, it has " + WORDS.size() + " others");
        }
        return id;
    }
}
