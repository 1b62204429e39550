package io.trimtab.merge.offline;

import static org.assertj.core.api.Assertions.assertThat;

import io.trimtab.merge.offline.Setting.Choice;
import java.util.List;
import org.junit.jupiter.api.Test;

class SettingTest {

    @Test
    void aListOfNumbersIsSpreadOverTheDepth() {
        Setting gradient = Setting.of("0", "0.5", "0.3", "0.7", "1");

        assertThat(gradient.at("w", 0.0)).contains("0.0");
        assertThat(gradient.at("w", 1.0)).contains("1.0");
        assertThat(Double.parseDouble(gradient.at("w", 0.375).orElseThrow())).isEqualTo(0.4);
    }

    @Test
    void wordsAreTakenFromTheStepBelow() {
        Setting steps = Setting.of("true", "false", "true");

        assertThat(steps.at("w", 0.49)).contains("true");
        assertThat(steps.at("w", 0.5)).contains("false");
        assertThat(steps.at("w", 1.0)).contains("true");
    }

    @Test
    void theFirstFilterThatFitsHolds() {
        Setting byName = new Setting(List.of(
                new Choice("self_attn", List.of("0.1")),
                new Choice("attn.q", List.of("0.2")),
                new Choice("*", List.of("0.3"))));

        assertThat(byName.at("model.layers.0.self_attn.q_proj.weight", 0)).contains("0.1");
        assertThat(byName.at("model.layers.0.mlp.up_proj.weight", 0)).contains("0.3");
    }

    @Test
    void withoutAFallbackThereMayBeNoValue() {
        Setting onlyMlp = new Setting(List.of(new Choice("mlp", List.of("0.1"))));

        assertThat(onlyMlp.at("model.norm.weight", 0)).isEmpty();
    }
}
