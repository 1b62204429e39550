package io.trimtab.job.config;

import java.util.regex.Pattern;

/** Hides secrets in everything that is printed or saved. */
final class Redaction {
    static final String HIDDEN = "(redacted)";
    private static final Pattern SECRET_NAME = Pattern.compile("(?i)token|password|secret|key|credential");
    private static final Pattern SECRET_OPTION =
            Pattern.compile("(?i)([\\w.-]*(?:token|password|secret|key|credential)[\\w.-]*\\s*[=:]\\s*)\\S+");
    private static final Pattern USER_INFO = Pattern.compile("(://)[^/@\\s]+@");

    private Redaction() {}

    /** A setting of Spark's: hidden by its name, or inside its text, as an option of a JVM. */
    static String ofSpark(String name, String value) {
        return SECRET_NAME.matcher(name).find()
                ? HIDDEN
                : ofText(SECRET_OPTION.matcher(value).replaceAll("$1" + HIDDEN));
    }

    /** A user's name and password inside an address. */
    static String ofText(String text) {
        return USER_INFO.matcher(text).replaceAll("$1" + HIDDEN + "@");
    }
}
