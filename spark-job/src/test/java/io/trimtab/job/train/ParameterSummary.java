package io.trimtab.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.trimtab.merge.shard.ParameterLayout;

/** Golden's summary of a set of tensors ({@code l2, sum, at} in id order) held against weights. */
final class ParameterSummary {

    /** The tolerances of golden/README section D for float32: the larger of the constant and five times the measured distance. */
    record Tolerance(double l2, double sum, double sample) {
        static Tolerance float32(JsonNode float32VersusFloat64) {
            return new Tolerance(
                    Math.max(
                            2e-6,
                            5 * float32VersusFloat64.get("final_l2_max_rel").asDouble()),
                    Math.max(
                            1e-3,
                            5 * float32VersusFloat64.get("final_sum_max_abs").asDouble()),
                    Math.max(
                            1e-5,
                            5 * float32VersusFloat64.get("final_sample_max_abs").asDouble()));
        }
    }

    private ParameterSummary() {}

    static void assertAgrees(
            String what,
            float[] weights,
            ParameterLayout layout,
            JsonNode parameters,
            JsonNode expected,
            Tolerance tolerance) {
        assertThat(layout.tensors()).hasSameSizeAs(parameters);
        for (int id = 0; id < parameters.size(); id++) {
            ParameterLayout.Tensor tensor = layout.tensors().get(id);
            String place = what + ", " + tensor.name();
            assertThat(tensor.name()).isEqualTo(parameters.get(id).get("name").asText());
            int start = Math.toIntExact(tensor.offset());
            double squares = 0;
            double sum = 0;
            for (int i = start; i < start + tensor.length(); i++) {
                squares += (double) weights[i] * weights[i];
                sum += weights[i];
            }
            JsonNode summary = expected.get(id);
            double l2 = summary.get("l2").asDouble();
            assertThat(Math.sqrt(squares)).as(place + " l2").isCloseTo(l2, within(tolerance.l2() * l2));
            assertThat(sum).as(place + " sum").isCloseTo(summary.get("sum").asDouble(), within(tolerance.sum()));
            int[] samples = Golden.ints(parameters.get(id).get("sample_index"));
            for (int s = 0; s < samples.length; s++) {
                assertThat((double) weights[start + samples[s]])
                        .as(place + " at " + samples[s])
                        .isCloseTo(summary.get("at").get(s).asDouble(), within(tolerance.sample()));
            }
        }
    }
}
