package io.trimtab.job.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StepMetricsTest {

    @Test
    void keepsTheOrderOnItsWayToTheDriver() throws Exception {
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("loss", 0.5);
        values.put("grad_norm", 3.0);
        values.put("examples", 4.0);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(new StepMetrics(3, values));
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            StepMetrics arrived = (StepMetrics) in.readObject();
            assertThat(arrived.step()).isEqualTo(3);
            assertThat(arrived.values().keySet()).containsExactly("loss", "grad_norm", "examples");
        }
    }

    @Test
    void refusesAValueThatIsNotANumber() {
        assertThatThrownBy(() -> new StepMetrics(7, Map.of("loss", Double.NaN)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Metric of step 7 is not finite: loss = NaN");
    }

    @Test
    void countsStepsFromOne() {
        assertThatThrownBy(() -> new StepMetrics(0, Map.of())).hasMessage("Steps are counted from 1: 0");
    }
}
