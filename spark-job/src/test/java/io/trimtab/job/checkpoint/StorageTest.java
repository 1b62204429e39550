package io.trimtab.job.checkpoint;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trimtab.job.config.RefusedException;
import java.io.UncheckedIOException;
import java.net.UnknownHostException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;

class StorageTest {
    private final Configuration hadoop = new Configuration();

    @Test
    void aSchemeThatNobodyKnowsIsRefused() {
        assertThatThrownBy(() -> Storage.of(new Path("abc://bucket/run"), hadoop))
                .isInstanceOf(RefusedException.class)
                .hasMessageStartingWith("Cannot use abc://bucket/run: No FileSystem for scheme \"abc\"; ");
    }

    @Test
    void aFileSystemWithoutItsJarIsRefused() {
        hadoop.set("fs.abc.impl", "org.example.AbcFileSystem");

        assertThatThrownBy(() -> Storage.of(new Path("abc://bucket/run"), hadoop))
                .isInstanceOf(RefusedException.class)
                .hasMessage("Cannot use abc://bucket/run: Class org.example.AbcFileSystem not found; correct the"
                        + " scheme, or bring its jar with --jars");
    }

    @Test
    void aPathWithoutTheHostThatItNeedsIsRefused() {
        assertThatThrownBy(() -> Storage.of(new Path("hdfs:///run"), hadoop))
                .isInstanceOf(RefusedException.class)
                .hasMessage("Cannot use hdfs:/run: Incomplete HDFS URI, no host: hdfs:///run");
    }

    @Test
    void aHostThatIsNotFoundMayBeThereTheNextTime() {
        assertThatThrownBy(() -> Storage.of(new Path("hdfs://no-such-host.invalid/run"), hadoop))
                .isInstanceOf(UncheckedIOException.class)
                .hasRootCauseInstanceOf(UnknownHostException.class);
    }
}
