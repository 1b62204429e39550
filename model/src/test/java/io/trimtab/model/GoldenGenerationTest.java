package io.trimtab.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.trimtab.model.generate.Continuation;
import io.trimtab.model.generate.GenerationSettings;
import io.trimtab.model.generate.Generator;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Greedy texts and logits against golden/generation.json, made by transformers. */
class GoldenGenerationTest {

    private final JsonNode golden = Golden.read("generation.json");

    @Test
    void greedyTextsAgree() {
        List<int[]> prompts = new ArrayList<>();
        List<int[]> expected = new ArrayList<>();
        for (JsonNode prompt : golden.get("prompts")) {
            prompts.add(Golden.ids(prompt.get("prompt_ids")));
            expected.add(Golden.ids(prompt.get("generated_ids")));
        }
        GenerationSettings settings = GenerationSettings.greedy(
                golden.get("max_new_tokens").asInt(),
                Set.of(golden.get("eos_id").asInt()));
        try (Policy policy = Golden.stories260k(OnDevice.inference(1))) {
            assertThat(new Generator(policy, settings)
                            .generate(prompts).stream().map(Continuation::ids))
                    .containsExactlyElementsOf(expected);
        }
    }

    @ParameterizedTest
    @EnumSource(value = Precision.class, mode = EnumSource.Mode.EXCLUDE, names = "BF16")
    void logitsBehindThePromptAgree(Precision precision) {
        double tolerance = precision == Precision.FP64 ? 1e-10 : 1e-3;
        try (Policy policy = Golden.stories260k(OnDevice.inference(1).withPrecision(precision))) {
            for (JsonNode prompt : golden.get("prompts")) {
                double[] logits = logits(policy, Golden.ids(prompt.get("prompt_ids")));
                for (int k = 0; k < 5; k++) {
                    assertThat(logits[prompt.get("top5_ids").get(k).asInt()])
                            .isCloseTo(prompt.get("top5_logits_float64").get(k).asDouble(), within(tolerance));
                }
                double sum = 0;
                for (double logit : logits) {
                    sum += Math.exp(logit);
                }
                assertThat(Math.log(sum))
                        .isCloseTo(prompt.get("logsumexp_float64").asDouble(), within(tolerance));
            }
        }
    }

    private static double[] logits(Policy policy, int[] prompt) {
        int[] places = new int[prompt.length];
        for (int t = 0; t < places.length; t++) {
            places[t] = t;
        }
        try (CachedDecoding decoding = policy.decode(1, prompt.length)) {
            decoding.feed(prompt, places, new int[] {prompt.length - 1});
            return decoding.logits();
        }
    }
}
