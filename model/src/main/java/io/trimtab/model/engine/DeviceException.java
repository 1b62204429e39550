package io.trimtab.model.engine;

/** The device that was asked for cannot be used, or its memory does not suffice; the message names what to change. */
public final class DeviceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DeviceException(String message) {
        super(message);
    }

    DeviceException(String message, Throwable cause) {
        super(message, cause);
    }
}
