package io.trimtab.model.generate;

import java.util.Locale;

/** Why a text ended. */
public enum Finish {
    /** By an end-of-text token, the last of its ids. */
    STOP,
    /** At the asked number of tokens, or at the model's last position. */
    LENGTH;

    /** As users read it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
