package io.trimtab.data.chat.jinja;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Python's {@code str} and {@code repr}. */
final class Printing {
    private Printing() {}

    /** As {@code {{ }}} prints. */
    static String text(Object value) {
        return value instanceof String text
                ? text
                : value instanceof Markup markup ? markup.text() : value instanceof Undefined ? "" : repr(value);
    }

    static String repr(Object value) {
        StringBuilder out = new StringBuilder();
        write(out, value);
        return out.toString();
    }

    private static void write(StringBuilder out, Object value) {
        if (value instanceof String text) {
            quote(out, text);
        } else if (value instanceof Markup markup) {
            quote(out.append("Markup("), markup.text());
            out.append(')');
        } else if (value instanceof Boolean flag) {
            out.append(flag ? "True" : "False");
        } else if (value instanceof Double number) {
            out.append(real(number));
        } else if (value instanceof List<?> list && !(list instanceof View)) {
            items(out, "[", list, "]");
        } else if (value instanceof Tuple tuple) {
            items(out, "(", tuple.items(), tuple.items().size() == 1 ? ",)" : ")");
        } else if (value instanceof Map<?, ?> map) {
            dictionary(out, map);
        } else if (value instanceof Undefined) {
            out.append("Undefined");
        } else if (value == None.NONE || value instanceof Number) {
            out.append(value);
        } else {
            // Python prints an address here.
            throw new UnsupportedJinja("the printed form of a " + Values.type(value));
        }
    }

    private static void items(StringBuilder out, String open, List<?> items, String close) {
        out.append(open);
        String separator = "";
        for (Object item : items) {
            out.append(separator);
            write(out, item);
            separator = ", ";
        }
        out.append(close);
    }

    private static void dictionary(StringBuilder out, Map<?, ?> map) {
        out.append('{');
        String separator = "";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            out.append(separator);
            write(out, entry.getKey());
            out.append(": ");
            write(out, entry.getValue());
            separator = ", ";
        }
        out.append('}');
    }

    private static void quote(StringBuilder out, String text) {
        char mark = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
        out.append(mark);
        text.codePoints().forEach(point -> {
            switch (point) {
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\\' -> out.append("\\\\");
                default -> {
                    if (point == mark) {
                        out.append('\\').append(mark);
                    } else if (PythonText.isPrintable(point)) {
                        out.appendCodePoint(point);
                    } else {
                        String form = point < 0x100 ? "\\x%02x" : point < 0x10000 ? "\\u%04x" : "\\U%08x";
                        out.append(String.format(form, point));
                    }
                }
            }
        });
        out.append(mark);
    }

    /** The shortest digits that read back as the number; Java 17's own are not always the shortest. */
    static String real(double value) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        if (value == 0) {
            return 1 / value < 0 ? "-0.0" : "0.0";
        }
        BigDecimal shortest = new BigDecimal(value);
        for (int digits = 1; digits <= 17; digits++) {
            shortest = new BigDecimal(value).round(new MathContext(digits));
            if (shortest.doubleValue() == value) {
                break;
            }
        }
        shortest = shortest.stripTrailingZeros();
        int exponent = shortest.precision() - shortest.scale() - 1;
        if (exponent >= -4 && exponent < 16) {
            String plain = shortest.toPlainString();
            return plain.indexOf('.') < 0 ? plain + ".0" : plain;
        }
        String digits = shortest.unscaledValue().abs().toString();
        String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
        return (value < 0 ? "-" : "") + digits.charAt(0) + fraction + "e" + (exponent < 0 ? "-" : "+")
                + (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
    }

    /** The strings of values, for {@code join}. */
    static List<String> texts(List<Object> values) {
        List<String> texts = new ArrayList<>(values.size());
        values.forEach(value -> texts.add(text(value)));
        return texts;
    }
}
