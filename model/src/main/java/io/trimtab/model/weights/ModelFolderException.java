package io.trimtab.model.weights;

/** A model folder that cannot be used as it is; the message names the file, the value and what mends it. A retry does not help. */
public final class ModelFolderException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public ModelFolderException(String message) {
        super(message);
    }

    public ModelFolderException(String message, Throwable cause) {
        super(message, cause);
    }
}
