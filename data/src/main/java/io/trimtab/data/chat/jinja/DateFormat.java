package io.trimtab.data.chat.jinja;

import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** {@code strftime} of a date at midnight, in English as of the C locale. */
final class DateFormat {
    private DateFormat() {}

    static String of(LocalDate date, String pattern) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < pattern.length(); i++) {
            char character = pattern.charAt(i);
            if (character != '%' || i + 1 == pattern.length()) {
                text.append(character);
                continue;
            }
            char directive = pattern.charAt(++i);
            boolean bare = directive == '-' && i + 1 < pattern.length();
            String value = directive(date, bare ? pattern.charAt(++i) : directive);
            text.append(bare ? value.replaceFirst("^0+(?=.)", "") : value);
        }
        return text.toString();
    }

    private static String directive(LocalDate date, char directive) {
        return switch (directive) {
            case 'd' -> local(date, "dd");
            case 'e' -> String.format("%2d", date.getDayOfMonth());
            case 'm' -> local(date, "MM");
            case 'b', 'h' -> local(date, "MMM");
            case 'B' -> local(date, "MMMM");
            case 'Y' -> local(date, "yyyy");
            case 'y' -> local(date, "yy");
            case 'a' -> local(date, "EEE");
            case 'A' -> local(date, "EEEE");
            case 'j' -> local(date, "DDD");
            case 'u' -> String.valueOf(date.getDayOfWeek().getValue());
            case 'w' -> String.valueOf(date.getDayOfWeek().getValue() % 7);
            case 'F' -> date.toString();
            case 'D', 'x' -> local(date, "MM/dd/yy");
            case 'T', 'X' -> "00:00:00";
            case 'R' -> "00:00";
            case 'c' -> local(date, "EEE MMM ") + directive(date, 'e') + " 00:00:00 " + local(date, "yyyy");
            case 'H', 'M', 'S' -> "00";
            case 'I' -> "12";
            case 'p' -> "AM";
            case 'f' -> "000000";
            case 'Z', 'z' -> "";
            case 'n' -> "\n";
            case 't' -> "\t";
            case '%' -> "%";
            default -> throw new UnsupportedJinja("strftime_now('%" + directive + "')");
        };
    }

    private static String local(LocalDate date, String pattern) {
        return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).format(date);
    }
}
