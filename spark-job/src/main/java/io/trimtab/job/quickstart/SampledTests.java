package io.trimtab.job.quickstart;

import io.trimtab.data.synthetic.Vocabulary;
import io.trimtab.data.synthetic.World;
import io.trimtab.data.synthetic.WorldFolder;
import io.trimtab.data.synthetic.WorldFolder.RewardPrompt;
import io.trimtab.model.Policy;
import io.trimtab.model.PolicyOptions;
import io.trimtab.model.generate.Continuation;
import io.trimtab.model.generate.GenerationSettings;
import io.trimtab.model.generate.Generator;
import io.trimtab.model.generate.Sampling;
import io.trimtab.model.weights.ModelFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What open answers are worth: one answer to each of the world's 300 prompts, sampled at temperature 1 from the same random numbers for
 * every model. The standard error of the mean reward is about 0.05.
 */
final class SampledTests {
    private static final int MAX_NEW_TOKENS = 24;
    private static final long SEED = 77;

    private final World world;
    private final List<RewardPrompt> prompts;

    SampledTests(WorldFolder folder) {
        this.world = folder.world();
        this.prompts = folder.rewardPrompts();
    }

    /** @param valid share of answers that are well formed and true */
    record Scores(double reward, double valid, int answers) {}

    Scores of(Path modelFolder) {
        try (ModelFolder folder = ModelFolder.open(modelFolder);
                Policy policy = Policy.load(folder, PolicyOptions.inference(1))) {
            return of(policy);
        }
    }

    Scores of(Policy policy) {
        List<int[]> ids =
                prompts.stream().map(prompt -> Vocabulary.ids(prompt.prompt())).toList();
        int eos = Vocabulary.WORDS.indexOf(Vocabulary.EOS);
        GenerationSettings settings =
                new GenerationSettings(MAX_NEW_TOKENS, Sampling.atTemperature(1), SEED, Set.of(eos));
        List<Continuation> answers = new Generator(policy, settings).generate(ids);
        double reward = 0;
        int valid = 0;
        for (int i = 0; i < answers.size(); i++) {
            List<String> words = words(answers.get(i).ids(), eos);
            reward += world.reward(words);
            valid += world.valid(prompts.get(i).noun(), words) ? 1 : 0;
        }
        return new Scores(reward / answers.size(), (double) valid / answers.size(), answers.size());
    }

    private static List<String> words(int[] ids, int eos) {
        List<String> words = new ArrayList<>();
        for (int id : ids) {
            if (id == eos) {
                break;
            }
            words.add(Vocabulary.WORDS.get(id));
        }
        return words;
    }
}
