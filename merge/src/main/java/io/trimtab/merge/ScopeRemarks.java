package io.trimtab.merge;

import io.trimtab.merge.scope.TensorScopes;
import io.trimtab.merge.settings.AdamWSettings;
import io.trimtab.merge.settings.AlphaSchedule;
import io.trimtab.merge.settings.LearningRateSchedule;
import io.trimtab.merge.settings.MergeSettings;
import java.util.ArrayList;
import java.util.List;

/** What the filters, lists and schedules of a run come to, in lines for its start; none where all tensors are treated alike in every step. */
final class ScopeRemarks {

    private ScopeRemarks() {}

    /** @param alpha the factor of alpha at every step */
    static List<String> of(AdamWSettings adamW, MergeSettings merge, TensorScopes scopes, LearningRateSchedule alpha) {
        List<String> lines = new ArrayList<>();
        if (merge.rule().sparsifies()) {
            filtered(lines, scopes);
        }
        if (merge.rule().merges() && merge.alphaSchedule().name() != AlphaSchedule.Name.CONSTANT) {
            lines.add(scheduled(merge, scopes, alpha));
        }
        long tensors = scopes.layout().tensors().size();
        long decayed = scopes.layout().tensors().stream()
                .filter(tensor -> adamW.decayed().has(tensor.name()))
                .count();
        if (adamW.weightDecay() > 0 && decayed < tensors) {
            lines.add("Weight decay acts on %d of %d tensors (optimizer.decay-exclude)".formatted(decayed, tensors));
        }
        return List.copyOf(lines);
    }

    private static void filtered(List<String> lines, TensorScopes scopes) {
        long tensors = scopes.layout().tensors().size();
        long merged = scopes.layout().tensors().stream()
                .filter(tensor -> scopes.merged(tensor.id()))
                .count();
        if (merged == 0 && tensors > 0) {
            lines.add(
                    "merge.include-tensors and merge.exclude-tensors leave no tensor: nothing is merged, every tensor follows plain AdamW");
        } else if (merged < tensors) {
            lines.add("Merges %d of %d tensors, %.3g of all parameters; the others follow plain AdamW"
                    .formatted(
                            merged,
                            tensors,
                            (double) scopes.mergedParameters() / scopes.layout().size()));
        }
    }

    private static String scheduled(MergeSettings merge, TensorScopes scopes, LearningRateSchedule alpha) {
        double factors = 0.0;
        for (long step = merge.interval(); step <= alpha.totalSteps(); step += merge.interval()) {
            factors += alpha.factor(step);
        }
        return "alpha is scheduled: %.3g in the first step, at most %.3g, %.3g in the last of %d; its merges add up to %.3g"
                .formatted(
                        scopes.meanAlpha() * alpha.factor(1),
                        scopes.meanAlpha() * alpha.peak(),
                        scopes.meanAlpha() * alpha.factor(alpha.totalSteps()),
                        alpha.totalSteps(),
                        scopes.meanAlpha() * factors);
    }
}
