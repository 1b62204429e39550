package io.trimtab.merge.settings;

/** On what OnTIES holds its election of signs. */
public enum Vote {
    /** On alpha tau and (1 - alpha) delta; of two that differ the larger survives (arXiv 2405.17931, equation 7). */
    WEIGHTED,
    /** On tau and delta as they are. */
    UNWEIGHTED
}
