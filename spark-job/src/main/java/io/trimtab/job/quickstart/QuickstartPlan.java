package io.trimtab.job.quickstart;

import io.trimtab.data.synthetic.WorldFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Which runs the demonstration makes, and with what settings. Plain AdamW and OnTIES share every setting but the merge, so that the merge
 * is all that differs; {@code adamw-tuned} has the learning rate that came out best for AdamW on this world, which a fair comparison owes
 * it, because OnTIES has its best settings too. The test profile {@code science} compares the three over several worlds.
 */
final class QuickstartPlan {
    private static final String MERGED_RATE = "2e-4";
    private static final String TUNED_RATE = "3e-5";

    private final Path directory;
    private final WorldFolder world;
    private final List<String> settings;

    /** @param settings lines of HOCON over those of every run */
    QuickstartPlan(Path directory, List<String> settings) {
        this.settings = List.copyOf(settings);
        this.directory = directory;
        this.world = WorldFolder.at(directory.resolve("world"));
    }

    WorldFolder world() {
        return world;
    }

    QuickstartRun base() {
        return new QuickstartRun(
                "base",
                "pre-trained on raw text",
                file("Pre-training: the small model learns the language of the world.", "base", """
                  model { initialize = %s }
                  data { train { format = json, path = %s }, max-length = 64, append-eos = false }
                  optimizer {
                    learning-rate = 4e-3, beta2 = 0.98, weight-decay = 0.01
                    schedule = cosine, warmup-steps = 50, min-learning-rate-ratio = 0.1
                  }
                  training { stage = pretrain, global-batch-size = 32, epochs = 4, max-steps = 1000 }
                """.formatted(
                                quoted(world.modelConfig()), quoted(world.pretrain()))));
    }

    QuickstartRun sft() {
        return new QuickstartRun(
                "sft",
                "fine-tuned on questions and answers",
                file("Supervised fine-tuning: questions, answers and their style.", "sft", """
                  model { policy = %s }
                  data { train { format = json, path = %s }, max-length = 64, append-eos = false }
                  optimizer { learning-rate = 1e-3, schedule = cosine, warmup-steps = 20, min-learning-rate-ratio = 0.1 }
                  training { stage = sft, global-batch-size = 32, epochs = 3, max-steps = 400 }
                """.formatted(
                                quoted(model("base")), quoted(world.sft()))));
    }

    /** The three runs that are compared. */
    List<QuickstartRun> policies(AlignmentStage stage) {
        return List.of(
                policy(stage, "adamw", "AdamW at the merging run's settings", MERGED_RATE, "rule = none"),
                policy(stage, "adamw-tuned", "AdamW at its own best learning rate", TUNED_RATE, "rule = none"),
                policy(
                        stage,
                        "on-ties",
                        "OnTIES: every step merged with the SFT delta",
                        MERGED_RATE,
                        "rule = on-ties, density = 0.03, alpha = 6e-3"));
    }

    private QuickstartRun policy(
            AlignmentStage stage, String name, String description, String learningRate, String merge) {
        String text = """
                  model { policy = %s, base = %s }
                  data { train { format = json, path = %s }, max-length = 64, append-eos = false }
                  loss { name = %s, beta = 0.1 }
                  optimizer { learning-rate = %s, schedule = constant, warmup-steps = 10 }
                  merge { %s }
                  training { stage = %s, global-batch-size = %d, max-steps = 80 }
                """.formatted(
                        quoted(model("sft")),
                        quoted(model("base")),
                        quoted(stage.rows(world)),
                        stage.loss(),
                        learningRate,
                        merge,
                        stage.key(),
                        stage.batchSize());
        String folder = stage.prefix() + name;
        return new QuickstartRun(folder, description + ", lr " + learningRate, file(description + ".", folder, text));
    }

    private String file(String comment, String name, String settings) {
        return "# " + comment + "\n" + "trimtab {\n" + "  run-directory = " + quoted(directory.resolve(name)) + "\n"
                + "  tables-directory = " + quoted(directory.resolve("tables")) + "\n" + settings
                + "  evaluation { tests = [\n"
                + "    { name = strict, kind = exact-match, path = " + quoted(world.strict()) + " }\n"
                + "    { name = raw, kind = exact-match, path = " + quoted(world.raw()) + " }\n"
                + "  ] }\n"
                + "  cluster { ranks = 2 }\n"
                + "  metrics { console-interval = 5s }\n"
                + "}\n"
                + this.settings.stream().map(line -> line + "\n").collect(Collectors.joining());
    }

    Path model(String run) {
        return directory.resolve(run).resolve("model");
    }

    private static String quoted(Path path) {
        return '"' + path.toString().replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
