package io.trimtab.model.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.EngineException;
import io.trimtab.model.OnDevice;
import io.trimtab.model.Precision;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EngineSessionTest {

    private static final String SCRIPT = """
            def twice(self, x: Tensor) -> Tensor:
              return torch.mul(x, 2.)
            def power(self, x: Tensor, exponent: float) -> Tensor:
              return torch.pow(x, exponent)
            def slope(self, y: Tensor, x: Tensor, gradient: Tensor) -> Tensor:
              outer = annotate(Optional[List[Optional[Tensor]]], [gradient])
              return ops.prim.unchecked_unwrap_optional(torch.grad([y], [x], outer, None, False, False)[0])
            def halves(self, x: Tensor) -> List[Tensor]:
              n = torch.floordiv(torch.size(x, 0), 2)
              return [torch.slice(x, 0, 0, n, 1), torch.slice(x, 0, n, torch.size(x, 0), 1)]
            def total(self, xs: List[Tensor], sizes: List[int]) -> Tensor:
              return torch.add(torch.sum(torch.cat(xs, 0)), sizes[0])
            """;

    private final EngineSession session = EngineSession.open(SCRIPT, 1, Precision.FP64, OnDevice.DEVICE);
    private final TensorScope scope = session.root();

    @AfterEach
    void close() {
        session.close();
    }

    @Test
    void methodsWrittenAsTextRunAndTakeEveryKindOfArgument() {
        Tensor x = scope.reals(new double[] {1, 2, 3, 4}, 4);
        assertThat(scope.call("twice").with(x).tensor().toDoubles()).containsExactly(2, 4, 6, 8);
        assertThat(scope.call("power").with(x).with(2.0).tensor().toDoubles()).containsExactly(1, 4, 9, 16);
        List<Tensor> halves = scope.call("halves").with(x).tensors();
        assertThat(halves.get(1).toDoubles()).containsExactly(3, 4);
        Tensor total = scope.call("total").with(halves).with(new long[] {7}).tensor();
        assertThat(total.toDoubles()).containsExactly(17);
        assertThat(scope.longs(new int[] {5, -6}, 2).toLongs()).containsExactly(5, -6);
    }

    /** d/dx of g x^3 is 3 g x^2: the external gradient g passes through. */
    @Test
    void anExternalGradientFlowsBackToALeaf() {
        Tensor leaf = leaf();
        Tensor cube = session.withGradients(
                () -> scope.call("power").with(leaf).with(3.0).tensor());
        Tensor outer = scope.reals(new double[] {10, 0.5}, 2);
        Tensor slope = scope.call("slope").with(cube).with(leaf).with(outer).tensor();
        assertThat(slope.toDoubles()).containsExactly(30, 6);
    }

    @Test
    void withoutGradientsNothingIsRecorded() {
        Tensor leaf = leaf();
        Tensor cube = session.withGradients(() -> session.withoutGradients(
                () -> scope.call("power").with(leaf).with(3.0).tensor()));
        Tensor outer = scope.reals(new double[] {1, 1}, 2);
        assertThatThrownBy(() ->
                        scope.call("slope").with(cube).with(leaf).with(outer).tensor())
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("does not require grad");
    }

    private Tensor leaf() {
        Tensor leaf = scope.reals(new double[] {1, 2}, 2);
        scope.requireGradient(leaf);
        return leaf;
    }

    @Test
    void aScopeFreesWhatItMade() {
        int before = session.liveTensors();
        try (TensorScope inner = scope.open()) {
            Tensor x = inner.reals(new double[] {1, 2}, 2);
            inner.call("twice").with(x).tensor();
            assertThat(inner.size()).isEqualTo(2);
        }
        assertThat(session.liveTensors()).isEqualTo(before);
    }

    @Test
    void anErrorInAMethodNamesItsLine() {
        Tensor x = scope.reals(new double[] {1, 2}, 2);
        Tensor y = scope.reals(new double[] {1, 2, 3}, 1, 3);
        assertThatThrownBy(() -> scope.call("total")
                        .with(List.of(x, y))
                        .with(new long[] {1})
                        .tensor())
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("torch.cat(xs, 0)");
    }

    @Test
    void memoryIsTheTensorsOwn() {
        Tensor x = scope.reals(new double[] {1, 2, 3, 4}, 2, 2);
        TensorMemory memory = session.memory(x, 3);
        float[] read = new float[4];
        memory.read(1, read, 1, 3);
        assertThat(read).containsExactly(0, 2, 3, 4);
        memory.write(2, new float[] {9, 30, 40}, 1, 2);
        memory.set(0, 0.1);
        session.withoutGradients(() -> x); // on a GPU what was written arrives before the next computation
        assertThat(x.toDoubles()).containsExactly(0.1, 2, 30, 40);
        assertThat(memory.get(0)).isEqualTo(0.1);
    }

    @Test
    void memoryOutsideTheTensorIsRefused() {
        TensorMemory memory = session.memory(scope.zeros(3), TensorMemory.BLOCK);
        assertThatThrownBy(() -> memory.read(2, new float[2], 0, 2)).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
