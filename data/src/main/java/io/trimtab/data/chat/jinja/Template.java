package io.trimtab.data.chat.jinja;

import io.trimtab.data.Span;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A parsed template; immutable, so threads may share it. */
public final class Template {
    private final List<Statement> body;

    private Template(List<Statement> body) {
        this.body = body;
    }

    /** What was rendered, and where in it the template's blocks marked as generations lie. */
    public record Rendering(String text, List<Span> generations) {
        public Rendering {
            generations = List.copyOf(generations);
        }
    }

    /**
     * Parses a template.
     *
     * @throws TemplateSyntaxException if it is none
     * @throws UnsupportedJinja if it uses a tag that is not here
     */
    public static Template parse(String source) {
        return new Template(Parser.parse(source));
    }

    /** Plain data as a template would print it: Python's {@code str}. */
    public static String printed(Object data) {
        return Printing.text(Values.of(data));
    }

    /**
     * Evaluates the template.
     *
     * @param variables plain data: strings, numbers, booleans, lists, maps; null is {@code None}
     * @param date what {@code strftime_now} takes for today
     * @throws TemplateFault if it cannot be evaluated with these variables
     * @throws UnsupportedJinja if it reaches what is not here
     */
    public Rendering render(Map<String, ?> variables, LocalDate date) {
        Map<String, Object> names = new LinkedHashMap<>(Globals.of(date));
        variables.forEach((name, value) -> names.put(name, Values.of(value)));
        Output output = new Output();
        try {
            Statement.run(body, Scope.of(names, output), output);
        } catch (StackOverflowError e) {
            throw new TemplateFault("it calls itself without end");
        }
        return new Rendering(output.text(), output.generations());
    }
}
