package io.trimtab.merge.rule;

/** Weights that a run starts from are not finite, or make no SFT delta; thrown on all ranks, before anything has changed. */
public final class UnusableWeightsException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    UnusableWeightsException(String message) {
        super(message);
    }

    UnusableWeightsException(String what, String tensor) {
        super("Cannot train: %s %s has an entry that is not a finite number; mend or replace that model folder"
                .formatted(what, tensor));
    }
}
