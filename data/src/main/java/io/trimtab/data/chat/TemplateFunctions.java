package io.trimtab.data.chat;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The two functions that Hugging Face gives its templates; public because Jinjava calls them by reflection. */
public final class TemplateFunctions {
    private TemplateFunctions() {}

    public static Object raise(@Nullable Object message) {
        throw new RaisedByTemplate(String.valueOf(message));
    }

    /** The date is the variable of the function's own name, there for {@code strftime_now is defined} as well. */
    public static String now(String pattern) {
        Object date = JinjavaInterpreter.getCurrent().getContext().get("strftime_now");
        return format(LocalDate.parse(String.valueOf(date)), pattern);
    }

    static String format(LocalDate date, String pattern) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < pattern.length(); i++) {
            char character = pattern.charAt(i);
            boolean directive = character == '%' && i + 1 < pattern.length();
            text.append(directive ? directive(date, pattern.charAt(++i)) : character);
        }
        return text.toString();
    }

    private static String directive(LocalDate date, char directive) {
        return switch (directive) {
            case 'd' -> format(date, "dd", directive);
            case 'm' -> format(date, "MM", directive);
            case 'b' -> format(date, "MMM", directive);
            case 'B' -> format(date, "MMMM", directive);
            case 'Y' -> format(date, "yyyy", directive);
            case 'y' -> format(date, "yy", directive);
            case 'a' -> format(date, "EEE", directive);
            case 'A' -> format(date, "EEEE", directive);
            case 'j' -> format(date, "DDD", directive);
            case 'H', 'M', 'S' -> "00";
            case '%' -> "%";
            default -> throw new UnsupportedTemplate("strftime_now('%" + directive + "')");
        };
    }

    private static String format(LocalDate date, String pattern, char directive) {
        return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).format(date);
    }
}
