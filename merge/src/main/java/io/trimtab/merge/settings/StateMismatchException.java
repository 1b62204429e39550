package io.trimtab.merge.settings;

import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/** A saved state has other parts than the merge rule goes on with; nothing of it was loaded. */
public final class StateMismatchException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    StateMismatchException(List<String> wanted, Collection<String> found) {
        super("Cannot resume: the saved state has the parts " + new TreeSet<>(found) + ", the settings need "
                + new TreeSet<>(wanted) + "; go on with the merge.rule and merge.interval it was saved with,"
                + " or start in another run directory");
    }
}
