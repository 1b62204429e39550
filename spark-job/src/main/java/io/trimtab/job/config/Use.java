package io.trimtab.job.config;

import io.trimtab.data.TrainingStage;
import io.trimtab.merge.settings.AlphaSchedule;
import io.trimtab.merge.settings.MergeRuleName;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Which runs use a key; for the others it is ignored, with a warning that says who would use it. */
record Use(Predicate<Chosen> applies, String onlyFor) {
    static final Use ALWAYS = new Use(chosen -> true, "");

    /** What decides: stage, loss, merge rule and course of alpha of the run. */
    record Chosen(TrainingStage stage, String loss, MergeRuleName rule, AlphaSchedule.Name alphaSchedule) {
        boolean prefers() {
            return stage == TrainingStage.DPO || stage == TrainingStage.KTO;
        }
    }

    static Use preferences() {
        return new Use(Chosen::prefers, "stages dpo and kto use it");
    }

    static Use stage(TrainingStage stage) {
        return new Use(chosen -> chosen.stage() == stage, "stage " + stage.key() + " uses it");
    }

    static Use losses(String... names) {
        return new Use(
                chosen -> List.of(names).contains(chosen.loss()), "loss " + String.join(" and ", names) + " uses it");
    }

    /** Saying `none` where nothing is merged anyway is no mistake. */
    static Use mergeRule() {
        return new Use(chosen -> chosen.prefers() || chosen.rule() == MergeRuleName.NONE, "stages dpo and kto use it");
    }

    static Use mergeRules() {
        return rules(MergeRuleName::merges, "the merge rules of stages dpo and kto use it");
    }

    /** Of a curve that alpha has for itself. */
    static Use alphaCurve() {
        return new Use(
                chosen -> chosen.prefers()
                        && chosen.rule().merges()
                        && chosen.alphaSchedule() != AlphaSchedule.Name.LEARNING_RATE,
                "a merge rule whose merge.alpha-schedule is not learning-rate uses it");
    }

    static Use sparsifyingRules() {
        return rules(MergeRuleName::sparsifies, "merge rules on-dare, on-ties and childtuning use it");
    }

    /** @param who says which rules those are */
    static Use rules(Predicate<MergeRuleName> uses, String who) {
        return new Use(chosen -> chosen.prefers() && uses.test(chosen.rule()), who);
    }

    static Use rule(MergeRuleName rule) {
        return rules(rule::equals, "merge rule " + ValueType.name(rule) + " uses it");
    }

    Optional<String> ignoredBecause(Chosen chosen) {
        return applies.test(chosen) ? Optional.empty() : Optional.of("only " + onlyFor);
    }
}
