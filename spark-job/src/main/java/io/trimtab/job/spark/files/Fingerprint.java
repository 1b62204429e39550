package io.trimtab.job.spark.files;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/** Names a table by everything that decides its content: named ingredients, hashed in the order given. */
public final class Fingerprint {
    private static final int HEX_DIGITS = 16;

    private final Map<String, String> ingredients = new LinkedHashMap<>();

    public Fingerprint with(String name, Object value) {
        String before = ingredients.put(name, String.valueOf(value));
        if (before != null) {
            throw new IllegalArgumentException("Ingredient is named twice: " + name);
        }
        return this;
    }

    /** For the manifest, so that a reader sees why two tables differ. */
    Map<String, String> ingredients() {
        return Collections.unmodifiableMap(ingredients);
    }

    public String value() {
        MessageDigest digest = sha256();
        ingredients.forEach((name, value) -> {
            digest.update(name.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
            digest.update(value.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
        });
        return HexFormat.of().formatHex(digest.digest()).substring(0, HEX_DIGITS);
    }

    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("This JDK has no SHA-256", e);
        }
    }
}
