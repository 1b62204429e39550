package io.trimtab.deploy;

import io.trimtab.data.synthetic.WorldFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A synthetic world and two tiny models in a folder, and the configurations of runs on them. */
final class SmallRuns {
    private static @Nullable Path trained;

    private SmallRuns() {}

    /** Puts {@code world/}, {@code base/model} and {@code sft/model} into a folder: trained for a few steps, once for all classes of tests. */
    static synchronized Trimtab prepare(Path folder) {
        Path source = trained;
        if (source == null) {
            source = Path.of(System.getProperty("trimtab.dist")).resolveSibling("small-runs");
            delete(source);
            train(source);
            trained = source;
        }
        for (String part : List.of("world", "base/model", "sft/model")) {
            copy(source.resolve(part), folder.resolve(part));
        }
        return new Trimtab(folder);
    }

    private static void train(Path folder) {
        WorldFolder.write(folder.resolve("world"), 0);
        Trimtab trimtab = new Trimtab(folder);
        trimtab.write("base.conf", """
                trimtab {
                  run-directory = base
                  model { initialize = world/model/config.json }
                  data { train { path = world/pretrain.jsonl }, append-eos = false }
                  training { stage = pretrain, global-batch-size = 32, max-steps = 20 }
                  optimizer { learning-rate = 4e-3 }
                  merge { rule = none }
                  cluster { ranks = 1 }
                }
                """);
        trimtab.write("sft.conf", """
                trimtab {
                  run-directory = sft
                  model { policy = base/model }
                  data { train { path = world/sft.jsonl }, append-eos = false }
                  training { stage = sft, global-batch-size = 32, max-steps = 20 }
                  optimizer { learning-rate = 1e-3 }
                  merge { rule = none }
                  cluster { ranks = 1 }
                }
                """);
        trimtab.run("run", "base.conf").requireDone();
        trimtab.run("run", "sft.conf").requireDone();
    }

    private static void copy(Path source, Path target) {
        try (Stream<Path> files = Files.walk(source)) {
            for (Path file : files.toList()) {
                Path copy = target.resolve(source.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else {
                    Files.copy(file, copy);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An OnTIES run of DPO on two ranks. */
    static String dpo(String runDirectory, int steps) {
        return """
                trimtab {
                  run-directory = %s
                  tables-directory = tables
                  model { policy = sft/model, base = base/model }
                  data { train { path = world/pairs.jsonl }, append-eos = false }
                  training { stage = dpo, global-batch-size = 16, epochs = 100, max-steps = %d }
                  optimizer { learning-rate = 1e-4, warmup-steps = 10, schedule = constant }
                  merge { rule = on-ties, density = 0.1, alpha = 2e-3 }
                  checkpoint { every-steps = 50 }
                  cluster { ranks = 2 }
                }
                """.formatted(runDirectory, steps);
    }
}
