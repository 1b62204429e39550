package io.trimtab.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.trimtab.merge.settings.LearningRateSchedule;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The oracle of this package's tests is itself right: in doubles, every run of golden/optimizer_small.json to 1e-13. */
class OracleTest {

    @TestFactory
    Stream<DynamicTest> agreesWithTheTrustedImplementationInDoubles() throws IOException {
        SmallGolden golden = SmallGolden.read();
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode run : golden.runs()) {
            tests.add(DynamicTest.dynamicTest(SmallGolden.name(run), () -> agrees(golden, run)));
        }
        return tests.stream();
    }

    private static void agrees(SmallGolden golden, JsonNode run) {
        Oracle oracle = new Oracle(
                golden.layout(),
                SmallGolden.adamW(run),
                LearningRateSchedule.constant(),
                SmallGolden.merge(run),
                golden.theta(),
                golden.theta(),
                golden.base());
        for (int step = 1; step <= SmallGolden.steps(run); step++) {
            oracle.step(step, golden.gradient(step), 1.0);
            assertThat(oracle.theta)
                    .as("after step " + step)
                    .containsExactly(SmallGolden.after(run, step), within(1e-13));
        }
    }
}
