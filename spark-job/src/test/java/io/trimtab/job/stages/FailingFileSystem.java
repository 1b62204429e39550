package io.trimtab.job.stages;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/** The local file system, with a disk that is full once: at the first file of a name in a folder of a name. */
public final class FailingFileSystem extends LocalFileSystem {
    private record Place(String folder, String file) {}

    private static final AtomicReference<Place> NEXT = new AtomicReference<>();

    public FailingFileSystem() {
        super(new Raw());
    }

    static void failOnceAt(String folderPrefix, String file) {
        NEXT.set(new Place(folderPrefix, file));
    }

    static boolean hasFailed() {
        return NEXT.get() == null;
    }

    private static final class Raw extends RawLocalFileSystem {
        @Override
        public FSDataOutputStream create(
                Path path, boolean overwrite, int bufferSize, short replication, long blockSize, Progressable progress)
                throws IOException {
            failIfItIsTime(path);
            return super.create(path, overwrite, bufferSize, replication, blockSize, progress);
        }

        @Override
        public FSDataOutputStream create(
                Path path,
                FsPermission permission,
                boolean overwrite,
                int bufferSize,
                short replication,
                long blockSize,
                Progressable progress)
                throws IOException {
            failIfItIsTime(path);
            return super.create(path, permission, overwrite, bufferSize, replication, blockSize, progress);
        }

        private static void failIfItIsTime(Path path) throws IOException {
            Place place = NEXT.get();
            if (place != null
                    && path.getName().equals(place.file())
                    && path.getParent().getName().startsWith(place.folder())
                    && NEXT.compareAndSet(place, null)) {
                throw new IOException("No space left on device");
            }
        }
    }
}
