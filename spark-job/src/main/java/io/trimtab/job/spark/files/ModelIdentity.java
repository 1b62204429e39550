package io.trimtab.job.spark.files;

import io.trimtab.job.config.ClusterException;
import io.trimtab.job.config.RefusedException;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Tells two models apart without reading gigabytes: config.json whole, and of every weights file its size and 64 samples spread over it.
 * Training moves every weight, so two models that differ nowhere in the samples are one model copied.
 */
public final class ModelIdentity {
    private static final int SAMPLES = 64;
    private static final int SAMPLE_BYTES = 64 << 10;

    private ModelIdentity() {}

    public static String of(HadoopSettings hadoop, String folder) {
        Path path = new Path(folder);
        try {
            FileSystem files = hadoop.fileSystem(path);
            if (!files.exists(path)) {
                throw new RefusedException("Cannot open the model: there is no folder " + folder);
            }
            FileStatus[] statuses = files.listStatus(
                    path, file -> file.getName().equals("config.json") || LocalFolders.isWeights(file.getName()));
            Arrays.sort(statuses, Comparator.comparing(FileStatus::getPath));
            MessageDigest digest = Fingerprint.sha256();
            for (FileStatus status : statuses) {
                String line = status.getPath().getName() + " " + status.getLen() + "\n";
                digest.update(line.getBytes(java.nio.charset.StandardCharsets.UTF_8));
                try (FSDataInputStream in = files.open(status.getPath())) {
                    sample(in, status.getLen(), digest);
                }
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw new ClusterException("Cannot read the model in " + folder + ": " + e.getMessage(), e);
        }
    }

    private static void sample(FSDataInputStream in, long length, MessageDigest digest) throws IOException {
        byte[] buffer = new byte[SAMPLE_BYTES];
        boolean whole = length <= (long) SAMPLES * SAMPLE_BYTES;
        long stride = whole ? SAMPLE_BYTES : (length - SAMPLE_BYTES) / (SAMPLES - 1);
        for (long at = 0; at < length; at += stride) {
            int count = (int) Math.min(SAMPLE_BYTES, length - at);
            in.readFully(at, buffer, 0, count);
            digest.update(buffer, 0, count);
        }
    }
}
