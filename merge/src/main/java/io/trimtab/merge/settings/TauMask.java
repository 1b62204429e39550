package io.trimtab.merge.settings;

/** How often OnDARE draws the mask of the SFT delta. */
public enum TauMask {
    /** Once for the whole run. */
    FIXED,
    /** In every merge. */
    FRESH
}
