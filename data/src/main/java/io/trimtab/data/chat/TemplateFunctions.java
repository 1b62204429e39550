package io.trimtab.data.chat;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The two functions that Hugging Face gives its templates; public because Jinjava calls them by reflection. */
public final class TemplateFunctions {
    private TemplateFunctions() {}

    @SuppressWarnings("DoNotCallSuggester") // templates call it
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
            case 'd' -> local(date, "dd");
            case 'm' -> local(date, "MM");
            case 'b' -> local(date, "MMM");
            case 'B' -> local(date, "MMMM");
            case 'Y' -> local(date, "yyyy");
            case 'y' -> local(date, "yy");
            case 'a' -> local(date, "EEE");
            case 'A' -> local(date, "EEEE");
            case 'j' -> local(date, "DDD");
            case 'H', 'M', 'S' -> "00";
            case '%' -> "%";
            default -> throw new UnsupportedTemplate("strftime_now('%" + directive + "')");
        };
    }

    private static String local(LocalDate date, String pattern) {
        return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).format(date);
    }
}
