package io.trimtab.job.checkpoint;

import org.apache.hadoop.fs.Path;

/** A checkpoint that its manifest calls complete cannot be used; the message names the file and the way out. */
public final class CheckpointException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String what;

    /** @param how the file cannot be used, as in "it ends before byte 9" */
    static CheckpointException shard(Path file, String how) {
        return new CheckpointException(
                "Cannot read the checkpoint shard " + file + ": " + how, file.getParent(), file.getName() + ": " + how);
    }

    static CheckpointException missing(Path folder, String slot, long element) {
        return new CheckpointException(
                "Cannot read '" + slot + "' at element " + element + ": no shard of " + folder + " holds it",
                folder,
                "no shard holds '" + slot + "' at element " + element);
    }

    private CheckpointException(String message, Path folder, String what) {
        super(message + "; delete the folder " + folder.getName()
                + " to resume from the checkpoint before it, or from the start where there is none");
        this.what = what;
    }

    /** What is wrong, naming the file inside the checkpoint's folder. */
    String what() {
        return what;
    }
}
