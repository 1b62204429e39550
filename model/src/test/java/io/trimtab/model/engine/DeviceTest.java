package io.trimtab.model.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.trimtab.model.OnDevice;
import io.trimtab.model.Precision;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceTest {

    @ParameterizedTest
    @CsvSource({"cpu, cpu", "cuda, cuda:0", "cuda:3, cuda:3"})
    void namesAreThoseOfPyTorch(String name, String device) {
        assertThat(Device.of(name)).hasToString(device).isEqualTo(Device.of(device));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "gpu", "cuda:", "cuda:-1", "cpu:0", "cuda:12345"})
    void otherNamesAreRefused(String name) {
        assertThatThrownBy(() -> Device.of(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("A device is cpu, cuda or cuda:<index>: " + name);
    }

    /** A container sees its own GPUs alone and numbers them anew; the scheduler may go on calling them by the machine's numbers. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "none",
            value = {"3 | none | 3", "3 | 2,3 | 1", "0 | 2,3 | 0", "GPU-8f | GPU-1a, GPU-8f | 1"})
    void anAssignedGpuIsFoundAmongTheVisibleOnes(String address, String visible, int index) {
        assertThat(DeviceChoice.index(address, Optional.ofNullable(visible))).isEqualTo(index);
    }

    @Test
    void anAssignedGpuThatNobodyKnowsIsRefused() {
        assertThatThrownBy(() -> DeviceChoice.index("GPU-8f", Optional.of("GPU-1a")))
                .isInstanceOf(DeviceException.class)
                .hasMessage(
                        "Cannot find the GPU that was assigned: it is called GPU-8f, which is neither a number nor in"
                                + " CUDA_VISIBLE_DEVICES (GPU-1a)");
    }

    @Test
    void theCpuIsWhatAutoMeansWithTheLibraryForCpus() {
        assumeFalse(Gpus.supported());
        assertThat(DeviceChoice.AUTO.device(Optional.empty())).isEqualTo(Device.CPU);
        assertThat(DeviceChoice.AUTO.device(Optional.of("0"))).isEqualTo(Device.CPU);
        assertThat(DeviceChoice.AUTO.line(Device.CPU, Optional.of("0")))
                .isEqualTo(
                        "the CPU, though gpu 0 is assigned: the PyTorch library here is the one for CPUs; build with the"
                                + " profile cuda124");
        assertThat(Gpus.count()).isZero();
    }

    @Test
    void aGpuIsRefusedWithTheLibraryForCpus() {
        assumeFalse(Gpus.supported());
        assertThatThrownBy(() -> DeviceChoice.CUDA.device(Optional.empty()))
                .isInstanceOf(DeviceException.class)
                .hasMessageStartingWith(
                        "Cannot compute on cuda:0: the PyTorch library here is the one for CPUs. Build with the"
                                + " profile cuda124")
                .hasMessageEndingWith("or set model.device = cpu");
        assertThatThrownBy(() -> EngineSession.open("", 1, Precision.FP32, Device.cuda(1)))
                .isInstanceOf(DeviceException.class);
        assertThatThrownBy(DeviceChoice.CUDA::requireLibrary).isInstanceOf(DeviceException.class);
        assertThatCode(DeviceChoice.AUTO::requireLibrary).doesNotThrowAnyException();
    }

    @Test
    void aGpuBeyondThoseThatAreVisibleIsRefused() {
        assumeTrue(Gpus.supported());
        assertThatThrownBy(() -> DeviceChoice.CUDA.device(Optional.of("99")))
                .isInstanceOf(DeviceException.class)
                .hasMessageStartingWith("Cannot compute on cuda:99: ");
    }

    /** A matrix that no card holds: the message names the settings, and the session goes on. */
    @Test
    void memoryThatDoesNotSufficeIsToldWithTheSettings() {
        assumeTrue(OnDevice.DEVICE.cuda());
        EngineSession session = EngineSession.open("", 1, Precision.FP32, OnDevice.DEVICE);
        try {
            assertThatThrownBy(
                            () -> session.withoutGradients(() -> session.root().zeros(1L << 20, 1L << 20)))
                    .isInstanceOf(DeviceException.class)
                    .hasMessageStartingWith("The memory of cuda:0 does not suffice: lower training.micro-batch-tokens");
            assertThat(session.withoutGradients(() -> session.root().zeros(4)).toDoubles())
                    .hasSize(4);
        } finally {
            session.close();
        }
    }

    @Test
    void aGpusDriverTellsItsNameAndMemory() {
        assumeTrue(OnDevice.DEVICE.cuda());
        Gpus.Capacity capacity = Gpus.capacity(OnDevice.DEVICE).orElseThrow();
        assertThat(capacity.free()).isBetween(1L << 28, capacity.total());
        assertThat(Gpus.name(OnDevice.DEVICE)).isNotEqualTo("cuda:0");
    }
}
