package io.trimtab.job.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.trimtab.data.TrainingStage;
import io.trimtab.job.config.ResolvedConfig;
import io.trimtab.job.config.SetOptions;
import io.trimtab.job.config.TrimtabConfig;
import io.trimtab.merge.settings.MergeRuleName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class QuickstartPlanTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource
    void everyRunIsAConfigurationWithoutProblemsOrWarnings(AlignmentStage stage) throws IOException {
        QuickstartPlan plan = new QuickstartPlan(Path.of("quickstart"), List.of());
        List<QuickstartRun> runs = new ArrayList<>(List.of(plan.base(), plan.sft()));
        runs.addAll(plan.policies(stage));
        for (QuickstartRun run : runs) {
            ResolvedConfig config = load(run);
            assertThat(config.warnings()).as(run.name()).isEmpty();
            assertThat(config.settings().runDirectory()).isEqualTo("quickstart/" + run.name());
            assertThat(config.settings().data().text().appendEos())
                    .as("rows bring their own last word")
                    .isFalse();
        }
    }

    @Test
    void adamwAndOnTiesDifferInTheMergeAlone() throws IOException {
        QuickstartPlan plan = new QuickstartPlan(Path.of("quickstart"), List.of());
        List<QuickstartRun> policies = plan.policies(AlignmentStage.DPO);
        Map<String, String> adamw = load(policies.get(0)).identity().values();
        Map<String, String> onTies = load(policies.get(2)).identity().values();
        assertThat(onTies.keySet()).isEqualTo(adamw.keySet());
        assertThat(onTies.keySet().stream().filter(key -> !Objects.equals(onTies.get(key), adamw.get(key))))
                .allMatch(key -> key.startsWith("merge."))
                .contains("merge.rule");
    }

    @Test
    void theTunedRunHasTheLowerLearningRateAndNoMerge() throws IOException {
        TrimtabConfig tuned = load(new QuickstartPlan(Path.of("q"), List.of())
                        .policies(AlignmentStage.KTO)
                        .get(1))
                .settings();
        assertThat(tuned.optimizer().adamW().learningRate()).isEqualTo(3e-5);
        assertThat(tuned.merge().rule()).isEqualTo(MergeRuleName.NONE);
        assertThat(tuned.training().stage()).isEqualTo(TrainingStage.KTO);
    }

    @Test
    void settingsOfTheCommandLineStandOverThoseOfEveryRun() throws IOException {
        List<String> settings = SetOptions.read(List.of("training.max-steps=7", "merge.density=[0.5, 0.25]"))
                .hocon();
        for (QuickstartRun run : new QuickstartPlan(Path.of("q"), settings).policies(AlignmentStage.DPO)) {
            TrimtabConfig config = load(run).settings();
            assertThat(config.training().maxSteps()).isEqualTo(7);
            assertThat(config.training().stage()).isEqualTo(TrainingStage.DPO);
        }
    }

    @Test
    void aFolderWithQuotesInItsNameStaysOneValue() throws IOException {
        Path odd = Path.of("a \"b\" ${c}");
        QuickstartRun run = new QuickstartPlan(odd, List.of()).sft();
        assertThat(load(run).settings().model().policy())
                .isEqualTo(odd.resolve("base/model").toString());
    }

    private ResolvedConfig load(QuickstartRun run) throws IOException {
        Path file = folder.resolve(run.name() + ".conf");
        Files.writeString(file, run.configuration());
        return ResolvedConfig.load(List.of(file), List.of());
    }
}
