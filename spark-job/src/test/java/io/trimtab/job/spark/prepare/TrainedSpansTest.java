package io.trimtab.job.spark.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import io.trimtab.data.Completion;
import io.trimtab.data.CompletionRole;
import io.trimtab.data.Example;
import io.trimtab.job.spark.files.ShardRecord;
import io.trimtab.job.train.ReferencedExample;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Trained spans on their way through the shards. */
class TrainedSpansTest {
    private static final Example EXAMPLE = new Example(
            "turns",
            new int[] {1, 2},
            List.of(
                    new Completion(new int[] {3, 4, 5, 6}, CompletionRole.CHOSEN, new int[] {0, 1, 2, 4}),
                    new Completion(new int[] {7}, CompletionRole.REJECTED),
                    new Completion(new int[] {8, 9}, CompletionRole.REJECTED, new int[] {1, 2})));

    @Test
    void shardsKeepThem() {
        ReferencedExample row = new ReferencedExample(EXAMPLE, new double[] {-1, -2, -3});
        assertThat(ShardRecord.decode(ShardRecord.encode(row)).example()).isEqualTo(EXAMPLE);
    }
}
