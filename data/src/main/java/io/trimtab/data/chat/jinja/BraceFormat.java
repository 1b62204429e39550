package io.trimtab.data.chat.jinja;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code '{} {0} {name}'.format(…)} without format specifications. */
final class BraceFormat {
    private static final Pattern FIELD = Pattern.compile("\\{\\{|\\}\\}|\\{(\\w*)(![rs])?\\}|[{}]");

    private BraceFormat() {}

    static String of(String format, Arguments arguments) {
        StringBuilder text = new StringBuilder();
        Matcher matcher = FIELD.matcher(format);
        int at = 0;
        int automatic = 0;
        boolean manual = false;
        while (matcher.find()) {
            text.append(format, at, matcher.start());
            at = matcher.end();
            String field = matcher.group(1);
            if (field == null) {
                if (matcher.group().length() == 1) {
                    throw new UnsupportedJinja("a format specification in str.format");
                }
                text.append(matcher.group().charAt(0));
                continue;
            }
            manual |= !field.isEmpty() && Character.isDigit(field.charAt(0));
            if (manual && (field.isEmpty() || automatic > 0)) {
                throw new TemplateFault("a format mixes numbered and automatic fields");
            }
            Object value;
            if (field.isEmpty() || Character.isDigit(field.charAt(0))) {
                int place = field.isEmpty() ? automatic++ : Integer.parseInt(field);
                value = arguments.required(place, field);
            } else {
                value = arguments.required(Integer.MAX_VALUE, field);
            }
            text.append("!r".equals(matcher.group(2)) ? Printing.repr(value) : Printing.text(value));
        }
        return text.append(format.substring(at)).toString();
    }
}
