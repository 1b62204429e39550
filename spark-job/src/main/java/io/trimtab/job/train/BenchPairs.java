package io.trimtab.job.train;

import static io.trimtab.job.train.BenchSettings.requireAtLeast;

import io.trimtab.data.Completion;
import io.trimtab.data.CompletionRole;
import io.trimtab.data.Example;
import io.trimtab.data.TrainingStage;
import io.trimtab.data.files.JsonArray;
import io.trimtab.data.files.JsonLine;
import io.trimtab.data.files.JsonLines;
import io.trimtab.data.rows.ExamplePreparer;
import io.trimtab.data.rows.RowSettings;
import io.trimtab.data.tokens.OverLength;
import io.trimtab.data.tokens.TextSettings;
import io.trimtab.job.config.RefusedException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** Preference pairs for {@link Bench}: of a file, or of random ids. */
public final class BenchPairs {

    private static final long SEED = 42;
    private static final int HEAD_BYTES = 4096;

    private BenchPairs() {}

    /**
     * Pairs of random ids; lengths go from half to one and a half of the averages.
     *
     * @param maxLength of a sequence; longer ones are cut
     */
    public static List<Example> random(
            int pairs, int promptTokens, int completionTokens, int maxLength, int vocabularySize) {
        requireAtLeast("promptTokens", promptTokens, 2);
        requireAtLeast("completionTokens", completionTokens, 2);
        requireAtLeast("maxLength", maxLength, 4);
        SplittableRandom random = new SplittableRandom(SEED);
        return IntStream.range(0, pairs)
                .mapToObj(row -> {
                    int prompt = Math.min(length(promptTokens, random), maxLength / 2);
                    int most = maxLength - prompt;
                    return new Example(
                            "pair " + row,
                            ids(prompt, vocabularySize, random),
                            List.of(
                                    answer(completionTokens, most, vocabularySize, CompletionRole.CHOSEN, random),
                                    answer(completionTokens, most, vocabularySize, CompletionRole.REJECTED, random)));
                })
                .toList();
    }

    private static Completion answer(
            int tokens, int most, int vocabularySize, CompletionRole role, SplittableRandom random) {
        return new Completion(ids(Math.min(length(tokens, random), most), vocabularySize, random), role);
    }

    private static int length(int average, SplittableRandom random) {
        return average / 2 + random.nextInt(average + 1);
    }

    private static int[] ids(int length, int vocabularySize, SplittableRandom random) {
        return random.ints(length, 0, vocabularySize).toArray();
    }

    /**
     * The first rows of a file that training would keep, in the file's order and with its tokens; from the start again where it has fewer.
     *
     * @param file JSON Lines or one JSON array, also {@code .gz}
     * @param tokenizer folder with tokenizer.json
     * @param maxLength rows with a longer sequence are left out
     * @throws RefusedException if no row of it can be used
     */
    public static List<Example> read(Path file, Path tokenizer, int pairs, int maxLength) {
        TextSettings settings = new TextSettings(maxLength, OverLength.DROP, true, null);
        List<Example> kept = new ArrayList<>();
        try (InputStream in = open(file);
                ExamplePreparer preparer = ExamplePreparer.open(
                        tokenizer, TrainingStage.DPO, Map.of(), RowSettings.DEFAULT, settings, maxLength)) {
            Iterator<byte[]> rows = rows(in, file.toString());
            for (int number = 1; kept.size() < pairs && rows.hasNext(); number++) {
                if (JsonLines.parse(rows.next(), file + ":" + number, Map.of()) instanceof JsonLine.Row row) {
                    kept.addAll(preparer.prepare(row.row()).examples()); // by default one pair a row
                }
            }
        } catch (IOException e) {
            throw new RefusedException("Cannot read rows: " + file + ": " + e.getMessage(), e);
        }
        if (kept.isEmpty()) {
            throw new RefusedException("Cannot bench on " + file
                    + ": it has no preference pair of at most --max-length " + maxLength + " tokens");
        }
        int distinct = kept.size();
        for (int row = distinct; row < pairs; row++) {
            kept.add(kept.get(row % distinct));
        }
        return kept;
    }

    private static InputStream open(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new RefusedException("Cannot read rows: there is no file " + file);
        }
        InputStream raw = new BufferedInputStream(Files.newInputStream(file));
        return file.toString().endsWith(".gz") ? new BufferedInputStream(new GZIPInputStream(raw)) : raw;
    }

    private static Iterator<byte[]> rows(InputStream in, String path) throws IOException {
        in.mark(HEAD_BYTES);
        byte[] head = in.readNBytes(HEAD_BYTES);
        in.reset();
        return JsonLines.isArray(head, path) ? JsonArray.open(in, path) : new Lines(in);
    }

    /** Lines as bytes: only the parser may say whether they are text. */
    private static final class Lines implements Iterator<byte[]> {
        private final InputStream in;
        private byte @Nullable [] next;

        Lines(InputStream in) throws IOException {
            this.in = in;
            this.next = line();
        }

        private byte @Nullable [] line() throws IOException {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            int character = in.read();
            if (character < 0) {
                return null;
            }
            for (; character >= 0 && character != '\n'; character = in.read()) {
                line.write(character);
            }
            return line.toByteArray();
        }

        @Override
        public boolean hasNext() {
            return next != null;
        }

        @Override
        public byte[] next() {
            byte[] line = next;
            if (line == null) {
                throw new java.util.NoSuchElementException("The file is at its end");
            }
            try {
                next = line();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException("Cannot read the next line", e);
            }
            return line;
        }
    }

    /**
     * Two labelled rows of each pair, as KTO sees them: the chosen answer desirable, the rejected one not, each with the chosen answer of
     * the next pair as its mismatch.
     */
    static List<Example> labelled(List<Example> pairs) {
        List<Example> rows = new ArrayList<>();
        for (int i = 0; i < pairs.size(); i++) {
            Example pair = pairs.get(i);
            Completion other = pairs.get((i + 1) % pairs.size()).completions().get(0);
            rows.add(labelled(pair, 0, CompletionRole.DESIRABLE, other));
            rows.add(labelled(pair, 1, CompletionRole.UNDESIRABLE, other));
        }
        return rows;
    }

    private static Example labelled(Example pair, int answer, CompletionRole label, Completion mismatched) {
        return new Example(
                pair.id() + " " + label,
                pair.prompt(),
                List.of(
                        new Completion(pair.completions().get(answer).tokens(), label),
                        new Completion(mismatched.tokens(), CompletionRole.MISMATCHED)));
    }
}
