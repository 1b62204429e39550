package io.trimtab.merge.offline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.trimtab.merge.Golden;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HmaSettingsTest {

    @Test
    void coefficientsOfTheSearchVariablesAgree() throws IOException {
        for (JsonNode table : Golden.read("tables.json").get("hma")) {
            List<Double> alphas = alphas(table);

            double[] golden = Golden.doubles(table.get("alpha_k"));
            for (int k = 0; k < golden.length; k++) {
                assertThat(alphas.get(k)).isCloseTo(golden[k], within(1e-12));
            }
        }
    }

    @Test
    void averageAgreesInBothDirections() throws IOException {
        for (JsonNode table : Golden.read("tables.json").get("hma")) {
            assertMerged(table, true, Golden.doubles(table.get("alpha_on_theta0")));
            assertMerged(table, false, Golden.doubles(table.get("alpha_on_theta")));
        }
    }

    /** One layer for each block, one number in each. */
    private static void assertMerged(JsonNode table, boolean onBase, double[] golden) {
        List<Double> alphas = alphas(table);
        MemoryModel merged = Recipes.of(MergeMethod.HMA)
                .base("base")
                .model("aligned")
                .hma(new HmaSettings(alphas, onBase, false))
                .result(Map.of(
                        "base", model(Golden.doubles(table.get("theta0"))),
                        "aligned", model(Golden.doubles(table.get("theta")))));
        for (int k = 0; k < golden.length; k++) {
            assertThat(merged.values(layer(k))[0]).isCloseTo((float) golden[k], within(1e-6f));
        }
    }

    @Test
    void blocksEndWhereTheAuthorsEndThem() throws IOException {
        for (JsonNode table : Golden.read("tables.json").get("hma_regulariser")) {
            int layers = table.get("layers").asInt();
            HmaSettings hma = new HmaSettings(
                    Arrays.stream(Golden.doubles(table.get("s")))
                            .map(Math::abs)
                            .boxed()
                            .toList(),
                    true,
                    false);
            List<Integer> blocks = new ArrayList<>();
            List<Integer> golden = new ArrayList<>();
            for (int layer = 0; layer < layers; layer++) {
                blocks.add(hma.block(layer, layers));
                golden.add(table.get("block_of_layer").get(layer).asInt());
            }
            assertThat(blocks).isEqualTo(golden);
        }
    }

    @Test
    void inModelsOfMoreThanThirtyLayersBlocksAreLonger() {
        HmaSettings hma = new HmaSettings(List.of(0.1, 0.2, 0.3), true, false);

        assertThat(List.of(hma.block(10, 32), hma.block(11, 32), hma.block(20, 32), hma.block(21, 32)))
                .containsExactly(0, 1, 1, 2);
        assertThat(List.of(hma.block(1, 5), hma.block(2, 5), hma.block(4, 5))).containsExactly(1, 2, 2);
    }

    @Test
    void outsideOfLayersTheMeanHolds() {
        HmaSettings paper = new HmaSettings(List.of(0.2, 0.6), true, false);
        HmaSettings released = new HmaSettings(List.of(0.2, 0.6), true, true);

        for (HmaSettings hma : List.of(paper, released)) {
            MemoryModel merged = Recipes.of(MergeMethod.HMA)
                    .base("base")
                    .model("aligned")
                    .hma(hma)
                    .result(Map.of("base", whole(0.0f), "aligned", whole(1.0f)));

            assertThat(merged.values("lm_head.weight")).containsExactly(0.6f, 0.6f);
            assertThat(merged.values("model.layers.0.mlp.weight")).containsExactly(0.8f, 0.8f);
            assertThat(merged.values("model.layers.1.mlp.weight")).containsExactly(0.4f, 0.4f);
            assertThat(merged.values("model.embed_tokens.weight")[0]).isEqualTo(hma.released() ? 0.0f : 0.6f);
            assertThat(merged.values("model.layers.1.norm.weight")[0]).isEqualTo(hma.released() ? 0.0f : 0.4f);
        }
    }

    @Test
    void coefficientsBelowZeroAreRefused() {
        assertThatThrownBy(() -> new HmaSettings(List.of(0.1, -0.1), true, false))
                .hasMessage("HMA needs one alpha of at least 0 for each block: [0.1, -0.1]");
    }

    private static List<Double> alphas(JsonNode table) {
        return HmaSettings.alphas(
                Arrays.stream(Golden.doubles(table.get("s"))).boxed().toList(),
                table.get("alpha").asDouble(),
                table.get("eps").asDouble());
    }

    private static String layer(int k) {
        return "model.layers." + k + ".mlp.weight";
    }

    private static MemoryModel model(double[] numbers) {
        MemoryModel model = new MemoryModel();
        for (int k = 0; k < numbers.length; k++) {
            model.with(layer(k), new Shape(List.of(1L, 1L)), (float) numbers[k]);
        }
        return model;
    }

    private static MemoryModel whole(float value) {
        Shape matrix = new Shape(List.of(2L, 1L));
        MemoryModel model = new MemoryModel();
        for (String name : List.of("lm_head.weight", "model.embed_tokens.weight", layer(0), layer(1))) {
            model.with(name, matrix, value, value);
        }
        return model.with("model.layers.1.norm.weight", new Shape(List.of(1L)), value);
    }
}
