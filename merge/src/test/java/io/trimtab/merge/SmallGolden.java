package io.trimtab.merge;

import com.fasterxml.jackson.databind.JsonNode;
import io.trimtab.merge.settings.AdamWSettings;
import io.trimtab.merge.settings.MergeRuleName;
import io.trimtab.merge.settings.MergeSettings;
import io.trimtab.merge.settings.Semantics;
import io.trimtab.merge.shard.ParameterLayout;
import io.trimtab.merge.sparsify.Rescale;
import java.util.List;

/**
 * golden/optimizer_small.json in this module's words. {@code use_merge = false} is alpha = 0: the step has weight 1 and, in OnTIES, tau still votes.
 */
record SmallGolden(JsonNode file) {

    static SmallGolden read() throws java.io.IOException {
        return new SmallGolden(Golden.read("optimizer_small.json"));
    }

    JsonNode runs() {
        return file.get("runs");
    }

    static String name(JsonNode run) {
        return run.get("kind").asText() + " " + run.get("optimizer");
    }

    double[] theta() {
        return flat(file.get("theta0"));
    }

    double[] base() {
        return flat(file.get("theta_base"));
    }

    double[] gradient(int step) {
        return flat(file.get("gradients").get(step - 1));
    }

    static int steps(JsonNode run) {
        return run.get("theta_after_step").size();
    }

    static double[] after(JsonNode run, int step) {
        return flat(run.get("theta_after_step").get(step - 1));
    }

    ParameterLayout layout() {
        JsonNode theta = file.get("theta0");
        int a = theta.get("a").size();
        return new ParameterLayout(List.of(
                new ParameterLayout.Tensor(0, "a", 0, a),
                new ParameterLayout.Tensor(1, "b", a, theta.get("b").size())));
    }

    static AdamWSettings adamW(JsonNode run) {
        JsonNode optimizer = run.get("optimizer");
        return new AdamWSettings(
                optimizer.get("lr").asDouble(),
                optimizer.get("betas").get(0).asDouble(),
                optimizer.get("betas").get(1).asDouble(),
                optimizer.get("eps").asDouble(),
                optimizer.get("weight_decay").asDouble(),
                0.0);
    }

    static MergeSettings merge(JsonNode run) {
        JsonNode optimizer = run.get("optimizer");
        boolean paper = optimizer.has("own_scale") || optimizer.has("own_election");
        MergeRuleName rule = switch (run.get("kind").asText()) {
            case "adamw" -> MergeRuleName.NONE;
            case "ondare" -> MergeRuleName.ON_DARE;
            case "onties" -> MergeRuleName.ON_TIES;
            case "childtuning" -> MergeRuleName.CHILDTUNING;
            default -> throw new IllegalArgumentException(run.get("kind").asText());
        };
        double alpha = optimizer.path("use_merge").asBoolean(false)
                ? optimizer.get("alpha").asDouble()
                : 0.0;
        MergeSettings settings = new MergeSettings(
                        rule,
                        paper ? Semantics.PAPER : Semantics.RELEASED,
                        optimizer.path("reserve_p").asDouble(1.0),
                        alpha,
                        optimizer.path("seed").asLong(0))
                .every(optimizer.path("online_step").asInt(1));
        return optimizer.path("rescale").asBoolean(false) ? Switched.rescale(settings, Rescale.L1) : settings;
    }

    private static double[] flat(JsonNode tensors) {
        int a = tensors.get("a").size();
        double[] values = new double[a + tensors.get("b").size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (i < a ? tensors.get("a").get(i) : tensors.get("b").get(i - a)).asDouble();
        }
        return values;
    }
}
