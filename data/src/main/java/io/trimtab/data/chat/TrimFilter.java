package io.trimtab.data.chat;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.filter.Filter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code trim} with Python's idea of white space; Java's leaves no-break spaces and takes control characters. */
final class TrimFilter implements Filter {
    @Override
    public String getName() {
        return "trim";
    }

    @Override
    public @Nullable Object filter(@Nullable Object value, JinjavaInterpreter interpreter, String... arguments) {
        return value == null ? null : PythonText.strip(value, List.of((Object[]) arguments));
    }
}
