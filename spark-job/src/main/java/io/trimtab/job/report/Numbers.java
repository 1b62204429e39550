package io.trimtab.job.report;

import java.util.Locale;

/** Numbers as people read them. */
final class Numbers {
    private Numbers() {}

    /** Four significant digits; an exponent only where zeros would hide the number. */
    static String plain(double value) {
        double size = Math.abs(value);
        if (value == Math.rint(value) && size < 1e6) {
            return grouped((long) value);
        }
        if (size >= 1e6) {
            return scaled(value);
        }
        if (size < 1e-3) {
            return exponent(String.format(Locale.ROOT, "%.2e", value));
        }
        int decimals = Math.max(0, 3 - (int) Math.floor(Math.log10(size)));
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }

    static String grouped(long value) {
        return String.format(Locale.ROOT, "%,d", value).replace(',', '\u202f');
    }

    /** {@code 1.25M}, {@code 3.1B}. */
    static String scaled(double value) {
        double size = Math.abs(value);
        if (size >= 1e9) {
            return String.format(Locale.ROOT, "%.2fB", value / 1e9);
        }
        if (size >= 1e6) {
            return String.format(Locale.ROOT, "%.2fM", value / 1e6);
        }
        return grouped(Math.round(value));
    }

    /** A mark on an axis whose marks are {@code step} apart. */
    static String tick(double value, double step) {
        if (Math.abs(value) < step * 1e-9) {
            return "0";
        }
        double size = Math.max(Math.abs(value), step);
        if (size >= 1e4) {
            return size >= 1e6
                    ? trimmed(String.format(Locale.ROOT, "%.2f", value / 1e6)) + "M"
                    : trimmed(String.format(Locale.ROOT, "%.1f", value / 1e3)) + "k";
        }
        if (step < 1e-3 && size < 1e-2) {
            return exponent(String.format(Locale.ROOT, "%.1e", value));
        }
        return trimmed(String.format(Locale.ROOT, "%.4f", value));
    }

    static String seconds(double seconds) {
        if (seconds < 100) {
            return String.format(Locale.ROOT, "%.1f s", seconds);
        }
        long whole = Math.round(seconds);
        return whole < 3600
                ? String.format(Locale.ROOT, "%d min %02d s", whole / 60, whole % 60)
                : String.format(Locale.ROOT, "%d h %02d min", whole / 3600, whole % 3600 / 60);
    }

    private static String trimmed(String number) {
        return number.contains(".") ? number.replaceAll("\\.?0+$", "") : number;
    }

    /** {@code 1.00e-04} to {@code 1e-4}. */
    private static String exponent(String number) {
        return number.replaceAll("\\.?0*e", "e").replaceAll("e([+-])0", "e$1").replace("e+", "e");
    }
}
