package io.trimtab.job.train;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trimtab.data.CompletionRole;
import io.trimtab.data.Example;
import io.trimtab.data.synthetic.WorldFolder;
import io.trimtab.job.config.RefusedException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchPairsTest {

    @TempDir
    private Path folder;

    @Test
    void randomPairsKeepToTheirLengths() {
        List<Example> pairs = BenchPairs.random(200, 40, 20, 60, 100);
        assertThat(pairs).allSatisfy(pair -> {
            assertThat(pair.prompt().length).isBetween(20, 30); // half the longest sequence at most
            assertThat(pair.longestSequence()).isLessThanOrEqualTo(60);
        });
        assertThat(BenchPairs.random(200, 40, 20, 60, 100)).isEqualTo(pairs);
    }

    @Test
    void labelledRowsBorrowTheNextPairsChosenAnswer() {
        List<Example> pairs = BenchPairs.random(2, 4, 4, 20, 100);
        List<Example> rows = BenchPairs.labelled(pairs);

        assertThat(rows).hasSize(4);
        Example last = rows.get(3);
        assertThat(last.prompt()).isEqualTo(pairs.get(1).prompt());
        assertThat(last.completions().get(0).role()).isEqualTo(CompletionRole.UNDESIRABLE);
        assertThat(last.completions().get(0).tokens())
                .isEqualTo(pairs.get(1).completions().get(1).tokens());
        assertThat(last.completions().get(1).role()).isEqualTo(CompletionRole.MISMATCHED);
        assertThat(last.completions().get(1).tokens())
                .isEqualTo(pairs.get(0).completions().get(0).tokens());
    }

    @Test
    void rowsOfAFileComeInItsOrderAndFromTheStartAgain() throws IOException {
        WorldFolder world = WorldFolder.write(folder.resolve("world"), 1);
        Path tokenizer = requireNonNull(world.modelConfig().getParent());
        List<String> lines = Files.readAllLines(world.pairs()).subList(0, 3);
        Path plain = Files.write(folder.resolve("rows.jsonl"), lines);
        Path array = Files.writeString(folder.resolve("rows.json"), "[" + String.join(",", lines) + "]");

        List<Example> pairs = BenchPairs.read(plain, tokenizer, 5, 64);

        assertThat(pairs).hasSize(5);
        assertThat(pairs.subList(0, 3)).doesNotHaveDuplicates();
        assertThat(pairs.get(3)).isEqualTo(pairs.get(0));
        assertThat(BenchPairs.read(array, tokenizer, 5, 64))
                .map(Example::completions)
                .containsExactlyElementsOf(
                        pairs.stream().map(Example::completions).toList());
        assertThat(BenchPairs.read(zipped(plain), tokenizer, 5, 64)).hasSize(5);
        assertThatThrownBy(() -> BenchPairs.read(plain, tokenizer, 1, 2))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("no preference pair of at most --max-length 2 tokens");
    }

    private static Path zipped(Path file) throws IOException {
        Path zipped = Path.of(file + ".gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(zipped))) {
            Files.copy(file, out);
        }
        return zipped;
    }

    @Test
    void aMissingFileIsRefused() {
        Path nowhere = folder.resolve("rows.jsonl");
        assertThatThrownBy(() -> BenchPairs.read(nowhere, folder, 1, 10))
                .isInstanceOf(RefusedException.class)
                .hasMessage("Cannot read rows: there is no file " + nowhere);
    }
}
