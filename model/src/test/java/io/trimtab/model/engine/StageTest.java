package io.trimtab.model.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trimtab.model.OnDevice;
import io.trimtab.model.Precision;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A stage works the same beside a GPU and on the CPU, where it has no use but can be looked at. */
class StageTest {

    private static final int ENTRIES = 23;

    private final EngineSession session = EngineSession.open("", 1, Precision.FP64, OnDevice.DEVICE);
    private final TensorScope scope = session.root();

    @AfterEach
    void close() {
        session.close();
    }

    /** Reads and writes of two tensors in any order, with windows that end everywhere, against arrays. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 23, 64})
    void whatIsWrittenIsReadBackAndArrives(int window) {
        Stage stage = Stage.of(scope, OnDevice.DEVICE.cuda(), window);
        Tensor[] tensors = {scope.zeros(ENTRIES), scope.zeros(ENTRIES)};
        double[][] expected = new double[2][ENTRIES];
        SplittableRandom random = new SplittableRandom(window);
        for (int round = 0; round < 200; round++) {
            int which = random.nextInt(2);
            TensorMemory memory = TensorMemory.staged(stage, tensors[which]);
            int from = random.nextInt(ENTRIES);
            int length = random.nextInt(ENTRIES - from + 1);
            float[] part = new float[length];
            if (random.nextBoolean()) {
                for (int i = 0; i < length; i++) {
                    part[i] = random.nextInt(1000);
                    expected[which][from + i] = part[i];
                }
                memory.write(from, part, 0, length);
            } else {
                memory.read(from, part, 0, length);
                for (int i = 0; i < length; i++) {
                    assertThat(part[i]).isEqualTo((float) expected[which][from + i]);
                }
            }
            if (random.nextInt(5) == 0) {
                double exact = random.nextDouble();
                memory.set(from, exact);
                expected[which][from] = exact;
                assertThat(memory.get(from)).isEqualTo(exact);
            }
        }
        stage.settle();
        assertThat(tensors[0].toDoubles()).isEqualTo(expected[0]);
        assertThat(tensors[1].toDoubles()).isEqualTo(expected[1]);
    }

    /** A computation between two reads changes what the second one sees. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSettledStageForgetsWhatItHasRead(boolean settled) {
        Stage stage = Stage.of(scope, OnDevice.DEVICE.cuda(), ENTRIES);
        Tensor tensor = scope.zeros(ENTRIES);
        TensorMemory memory = TensorMemory.staged(stage, tensor);
        assertThat(memory.get(5)).isZero();
        Tensor ones = scope.reals(new double[] {1, 1, 1}, 3);
        scope.call("upload").with(ones).with(tensor).with(4L).with(7L).effect();
        if (settled) {
            stage.settle();
        }
        assertThat(memory.get(5)).isEqualTo(settled ? 1 : 0);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, ENTRIES})
    void placesOutsideTheTensorAreRefused(long place) {
        TensorMemory memory = TensorMemory.staged(Stage.of(scope, OnDevice.DEVICE.cuda(), 4), scope.zeros(ENTRIES));
        assertThatThrownBy(() -> memory.get(place)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> memory.set(place, 1)).hasMessage("A tensor of 23 entries has none at " + place);
    }
}
