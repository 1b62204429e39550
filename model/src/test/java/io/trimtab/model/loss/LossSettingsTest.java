package io.trimtab.model.loss;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LossSettingsTest {

    @ParameterizedTest
    @ValueSource(strings = {"ipo", "hinge", "SIGMOID", ""})
    void anUnknownLossIsRefusedWithTheOnesThatWork(String name) {
        assertThatThrownBy(() -> SequenceLoss.of(LossRows.settings(name, 0.1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("loss.name is not one of [sigmoid, kto, sft]: " + name);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, 1, 1, loss.beta",
        "NaN, 0, 1, 1, loss.beta",
        "Infinity, 0, 1, 1, loss.beta",
        "0.1, 0.5, 1, 1, loss.label-smoothing",
        "0.1, -0.1, 1, 1, loss.label-smoothing",
        "0.1, NaN, 1, 1, loss.label-smoothing",
        "0.1, 0, 0, 1, loss.desirable-weight",
        "0.1, 0, 1, -2, loss.undesirable-weight"
    })
    void valuesOutOfRangeAreRefusedByName(
            double beta, double smoothing, double desirable, double undesirable, String key) {
        assertThatThrownBy(() -> new LossSettings("kto", beta, smoothing, desirable, undesirable))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(key);
    }
}
