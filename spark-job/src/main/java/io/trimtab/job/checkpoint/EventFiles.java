package io.trimtab.job.checkpoint;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.Path;

/** TensorBoard's event files of a run: one for each attempt at the rest of it, since object stores cannot append. */
public final class EventFiles {
    private static final Pattern NAME = Pattern.compile("events\\.out\\.tfevents\\.(\\d{1,18})\\..*");

    private EventFiles() {}

    /**
     * A new file. TensorBoard reads a folder's files by name, so it comes behind those that are there, whatever the clock of this machine
     * says. A flush makes events visible to readers where the file system can.
     *
     * @param seconds since 1970
     * @param token of the attempt, for the end of the name
     */
    public static OutputStream create(Storage storage, Path folder, long seconds, String token) {
        long newest = storage.list(folder).stream()
                .map(entry -> NAME.matcher(entry.getPath().getName()))
                .filter(Matcher::matches)
                .mapToLong(name -> Long.parseLong(name.group(1)))
                .max()
                .orElse(0);
        String name = String.format(Locale.ROOT, "events.out.tfevents.%010d.%s", Math.max(seconds, newest + 1), token);
        try {
            return VisibleStream.of(storage.files().create(new Path(folder, name), false));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot create " + new Path(folder, name), e);
        }
    }
}
