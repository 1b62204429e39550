package io.trimtab.deploy;

import io.trimtab.data.synthetic.WorldFolder;
import java.nio.file.Path;

/** A synthetic world and two tiny models in a folder, and the configurations of runs on them. */
final class SmallRuns {
    private SmallRuns() {}

    /** Writes {@code world/} and trains {@code base/model} and {@code sft/model} for a few steps, one rank. */
    static Trimtab prepare(Path folder) {
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
        return trimtab;
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
