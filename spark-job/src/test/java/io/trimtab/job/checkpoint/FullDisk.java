package io.trimtab.job.checkpoint;

import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.util.Progressable;

/** Has room for the names of files, and for nothing in them: what is written goes to the kernel's own full device. */
public final class FullDisk extends LocalFileSystem {
    private static final Path FULL = new Path("/dev/full");

    public FullDisk() {
        super(new RawLocalFileSystem() {
            @Override
            public FSDataOutputStream create(
                    Path file, boolean overwrite, int buffer, short replication, long block, Progressable progress)
                    throws IOException {
                super.create(file, overwrite, buffer, replication, block, progress)
                        .close();
                return super.create(FULL, true, buffer, replication, block, progress);
            }
        });
    }

    /** In which local files lie on such a disk. */
    public static Configuration configuration() {
        Configuration full = new Configuration(false);
        full.set("fs.file.impl", FullDisk.class.getName());
        full.setBoolean("fs.file.impl.disable.cache", true);
        return full;
    }
}
