package io.trimtab.job.checkpoint;

import org.apache.hadoop.fs.Path;

/**
 * A checkpoint that was committed and is not whole any more.
 *
 * @param what is wrong, naming the file
 */
public record DamagedCheckpoint(long step, Path folder, String what) {
    @Override
    public String toString() {
        return "the checkpoint of step " + step + " is damaged: " + Shown.path(folder) + ", " + what;
    }
}
