package io.trimtab.data.chat.jinja;

import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** Python's questions about all characters of a string: {@code isdigit}, {@code isupper} and their like. */
final class StringClasses {
    private StringClasses() {}

    static @Nullable Callable of(String text, String name) {
        return switch (name) {
            case "isspace" -> arguments -> PythonText.isSpace(text);
            case "isalpha" -> arguments -> all(text, Character::isLetter);
            case "isdigit" -> arguments -> all(text, StringClasses::isDigit);
            case "isdecimal" -> arguments -> all(text, Character::isDigit);
            case "isnumeric" -> arguments -> all(text, StringClasses::isNumeric);
            case "isalnum" -> arguments -> all(text, point -> Character.isLetter(point) || isNumeric(point));
            case "isascii" -> arguments -> text.chars().allMatch(character -> character < 128);
            case "isprintable" -> arguments -> text.codePoints().allMatch(PythonText::isPrintable);
            case "isupper" -> arguments -> isUpper(text);
            case "islower" -> arguments -> isLower(text);
            case "istitle" ->
                arguments -> cased(text) && StringMethods.title(text).equals(text);
            default -> null;
        };
    }

    static boolean isUpper(String text) {
        return text.codePoints().anyMatch(Character::isUpperCase)
                && text.codePoints().noneMatch(point -> Character.isLowerCase(point) || Character.isTitleCase(point));
    }

    static boolean isLower(String text) {
        return text.codePoints().anyMatch(Character::isLowerCase)
                && text.codePoints().noneMatch(point -> Character.isUpperCase(point) || Character.isTitleCase(point));
    }

    private static boolean cased(String text) {
        return text.codePoints().anyMatch(point -> Character.isUpperCase(point) || Character.isTitleCase(point));
    }

    private static boolean all(String text, IntPredicate test) {
        return !text.isEmpty() && text.codePoints().allMatch(test);
    }

    /** Superscript digits count. */
    private static boolean isDigit(int point) {
        return Character.isDigit(point)
                || "\u00b2\u00b3\u00b9".indexOf(point) >= 0
                || point == 0x2070
                || (point >= 0x2074 && point <= 0x2079)
                || (point >= 0x2080 && point <= 0x2089);
    }

    private static boolean isNumeric(int point) {
        int type = Character.getType(point);
        return type == Character.DECIMAL_DIGIT_NUMBER
                || type == Character.LETTER_NUMBER
                || type == Character.OTHER_NUMBER;
    }
}
