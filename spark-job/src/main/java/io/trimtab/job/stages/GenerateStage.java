package io.trimtab.job.stages;

import io.trimtab.data.tokens.Tokenizer;
import io.trimtab.model.Policy;
import io.trimtab.model.PolicyOptions;
import io.trimtab.model.generate.GenerationSettings;
import io.trimtab.model.generate.Generator;
import io.trimtab.model.weights.ModelFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Text from a model folder, in this process. */
public final class GenerateStage {
    private final Path folder;
    private final int threads;

    public GenerateStage(Path folder, int threads) {
        this.folder = folder;
        this.threads = threads;
    }

    /** Continuations of the prompts, in order, each up to the model's end of text or so many tokens. */
    public List<String> generate(List<String> prompts, int maxNewTokens, double temperature, long seed) {
        try (ModelFolder opened = ModelFolder.open(folder);
                Tokenizer tokenizer = Tokenizer.open(folder);
                Policy policy = Policy.load(opened, PolicyOptions.inference(threads))) {
            Set<Integer> ends = Set.copyOf(opened.architecture().eosIds());
            List<int[]> encoded =
                    prompts.stream().map(tokenizer::encodeSequence).toList();
            List<String> texts = new ArrayList<>();
            for (int[] tokens : new Generator()
                    .generate(policy, encoded, new GenerationSettings(maxNewTokens, temperature, seed, ends))) {
                texts.add(tokenizer.decode(tokens));
            }
            return texts;
        }
    }
}
