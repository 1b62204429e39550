package io.trimtab.job.config;

import com.typesafe.config.ConfigUtil;
import java.util.List;

/** Spelling of keys. */
final class Names {
    static final String ROOT = "trimtab";

    private Names() {}

    /** A HOCON path without its quotes, as Spark spells its settings. */
    static String joined(String path) {
        return String.join(".", ConfigUtil.splitPath(path));
    }

    /** A user may leave out the root. */
    static String withRoot(String key) {
        List<String> parts = ConfigUtil.splitPath(key);
        return parts.get(0).equals(ROOT) && parts.size() > 1 ? key : ROOT + "." + key;
    }
}
