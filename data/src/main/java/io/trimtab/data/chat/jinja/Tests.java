package io.trimtab.data.chat.jinja;

import java.util.List;
import java.util.Map;

/** Jinja2's tests: what follows {@code is}. */
final class Tests {
    private Tests() {}

    static boolean holds(String name, Object markupOrValue, Arguments arguments) {
        Object value = Markup.plain(markupOrValue);
        return switch (name) {
            case "defined" -> !(value instanceof Undefined);
            case "undefined" -> value instanceof Undefined;
            case "none" -> value == None.NONE;
            case "string" -> value instanceof String;
            case "mapping" -> value instanceof Map;
            case "number" -> Numbers.isNumber(value);
            case "integer" -> Numbers.isWhole(value) && !(value instanceof Boolean);
            case "float" -> value instanceof Double;
            case "boolean" -> value instanceof Boolean;
            case "true" -> Boolean.TRUE.equals(value);
            case "false" -> Boolean.FALSE.equals(value);
            case "iterable" -> isIterable(value) || value instanceof Generator;
            case "sequence" -> isIterable(value);
            case "callable" -> value instanceof Callable || value instanceof Undefined;
            case "escaped" -> markupOrValue instanceof Markup;
            case "sameas" -> same(value, arguments.required(0, "other"));
            case "odd" -> number(value, 2) == 1;
            case "even" -> number(value, 2) == 0;
            case "divisibleby" -> number(value, arguments.integer(0, "num", 0)) == 0;
            case "upper" -> StringClasses.isUpper(Printing.text(value));
            case "lower" -> StringClasses.isLower(Printing.text(value));
            case "filter" -> value instanceof String filter && Filters.exists(filter);
            case "test" -> value instanceof String test && exists(test);
            default -> compared(name, value, arguments);
        };
    }

    private static boolean compared(String name, Object value, Arguments arguments) {
        String operator = switch (name) {
            case "eq", "equalto", "==" -> "==";
            case "ne", "!=" -> "!=";
            case "lt", "lessthan", "<" -> "<";
            case "le", "<=" -> "<=";
            case "gt", "greaterthan", ">" -> ">";
            case "ge", ">=" -> ">=";
            case "in" -> "in";
            default -> throw new UnsupportedJinja("the test " + name);
        };
        return Comparisons.holds(operator, value, arguments.required(0, "other"));
    }

    private static boolean exists(String name) {
        try {
            holds(name, None.NONE, Arguments.of(1L));
            return true;
        } catch (UnsupportedJinja e) {
            return false;
        } catch (TemplateFault e) {
            return true;
        }
    }

    private static boolean isIterable(Object value) {
        return value instanceof String || Values.isCollection(value) || value instanceof Undefined;
    }

    /** Python keeps one object of each constant and of each short string; of other equal values it keeps several. */
    private static boolean same(Object value, Object other) {
        return value.getClass() == other.getClass()
                && ((value instanceof List || value instanceof Map) ? value == other : value.equals(other));
    }

    private static long number(Object value, int divisor) {
        Object rest = Numbers.apply("%", value instanceof String ? None.NONE : value, (long) divisor);
        return rest instanceof Long whole
                ? whole
                : ((Double) rest).doubleValue() == 0 ? 0 : ((Double) rest) == 1 ? 1 : -1;
    }
}
