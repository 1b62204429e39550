package io.trimtab.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.trimtab.deploy.Trimtab.Outcome;
import io.trimtab.model.weights.ModelFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** The README's first command. The steps depend on each other as a newcomer's do: DPO, the same again, then KTO beside it. */
@Isolated("it takes minutes, and one test takes its time")
@TestMethodOrder(OrderAnnotation.class)
class QuickstartIT {
    @TempDir
    static Path folder;

    private final Trimtab trimtab = new Trimtab(folder);

    @Test
    @Order(1)
    void showsTheAlignmentTaxAndWhatMergingDoesAboutIt() {
        Outcome outcome = trimtab.run("quickstart").requireDone();

        assertThat(outcome.output())
                .contains("ability")
                .contains("reward")
                .contains("on-ties")
                .contains("adamw-tuned");
        requireRuns(List.of("base", "sft", "adamw", "adamw-tuned", "on-ties"));
        assertThat(value("adamw", "policy", "ability"))
                .as("plain DPO costs ability")
                .isLessThan(value("adamw", "sft", "ability") - 0.05);
        assertThat(value("on-ties", "policy", "ability"))
                .as("merging keeps more of it at the same settings")
                .isGreaterThan(value("adamw", "policy", "ability"));
        assertThat(value("on-ties", "policy", "reward")).isGreaterThan(value("on-ties", "sft", "reward"));
    }

    @Test
    @Order(2)
    void secondCallFindsEverythingDone() {
        long before = System.nanoTime();
        Outcome outcome = trimtab.run("quickstart").requireDone();
        assertThat(outcome.output()).contains("done");
        assertThat((System.nanoTime() - before) / 1e9)
                .as("seconds of a call with nothing to do")
                .isLessThan(60);
    }

    @Test
    @Order(3)
    void ktoReusesBaseAndSft() {
        trimtab.run("quickstart", "--stage", "kto").requireDone();
        requireRuns(List.of("kto-adamw", "kto-adamw-tuned", "kto-on-ties"));
        assertThat(trimtab.metrics("quickstart/kto-on-ties").get(0).get("loss").asDouble())
                .isCloseTo(0.5, within(1e-6));
    }

    private void requireRuns(List<String> names) {
        for (String name : names) {
            String run = "quickstart/" + name;
            assertThat(trimtab.json(run + "/result.json").get("status").asText())
                    .isEqualTo("done");
            assertThat(Files.exists(folder.resolve(run).resolve("report.html"))).isTrue();
            try (ModelFolder model = ModelFolder.open(folder.resolve(run).resolve("model"))) {
                assertThat(model.architecture().tensors()).hasSize(20);
            }
        }
    }

    private double value(String run, String model, String test) {
        JsonNode evaluation = trimtab.json("quickstart/" + run + "/evaluation.json");
        return evaluation.get("models").get(model).get(test).get("value").asDouble();
    }
}
