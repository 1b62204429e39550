package io.trimtab.data.chat.jinja;

import java.math.BigInteger;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The functions every template sees: Jinja2's and Hugging Face's two. */
final class Globals {
    /** As Jinja2's sandbox. */
    private static final int LONGEST_RANGE = 100_000;

    private Globals() {}

    static Map<String, Object> of(LocalDate date) {
        Map<String, Object> functions = new LinkedHashMap<>();
        functions.put("range", (Callable) Globals::range);
        functions.put("dict", (Callable) Globals::dictionary);
        functions.put("namespace", (Callable) Globals::namespace);
        functions.put("joiner", (Callable) Globals::joiner);
        functions.put("raise_exception", (Callable) arguments -> {
            throw new RaisedByTemplate(Printing.text(arguments.required(0, "message")));
        });
        functions.put("strftime_now", (Callable) arguments -> DateFormat.of(date, arguments.text(0, "format")));
        for (String name : List.of("cycler", "lipsum")) {
            functions.put(name, (Callable) arguments -> {
                throw new UnsupportedJinja("the function " + name);
            });
        }
        return functions;
    }

    private static Object range(Arguments arguments) {
        List<Object> bounds = arguments.positional();
        if (bounds.isEmpty() || bounds.size() > 3 || !bounds.stream().allMatch(Numbers::isWhole)) {
            throw new TemplateFault("range takes one to three integers");
        }
        long start = bounds.size() == 1 ? 0 : bound(bounds.get(0));
        long stop = bound(bounds.get(bounds.size() == 1 ? 0 : 1));
        long step = bounds.size() == 3 ? bound(bounds.get(2)) : 1;
        if (step == 0 || Math.abs((stop - start) / (double) step) > LONGEST_RANGE) {
            throw new TemplateFault("range has the step 0 or more than " + LONGEST_RANGE + " numbers");
        }
        List<Object> numbers = new ArrayList<>();
        for (long number = start; step > 0 ? number < stop : number > stop; number += step) {
            numbers.add(number);
        }
        return new View("range", numbers);
    }

    private static long bound(Object value) {
        BigInteger whole = Numbers.big(value);
        if (whole.bitLength() > 62) {
            throw new TemplateFault("range takes no number as large");
        }
        return whole.longValue();
    }

    private static Map<Object, Object> dictionary(Arguments arguments) {
        Map<Object, Object> dictionary = new LinkedHashMap<>();
        if (!arguments.positional().isEmpty()) {
            Object first = arguments.positional().get(0);
            List<Object> entries = first instanceof Map<?, ?> map ? CollectionMethods.items(map) : Values.list(first);
            for (Object entry : entries) {
                List<Object> pair = Values.list(entry);
                if (pair.size() != 2) {
                    throw new TemplateFault("dict takes pairs of key and value");
                }
                dictionary.put(Values.key(pair.get(0)), pair.get(1));
            }
        }
        dictionary.putAll(arguments.named());
        return dictionary;
    }

    private static Object namespace(Arguments arguments) {
        Namespace namespace = new Namespace();
        dictionary(arguments).forEach((name, value) -> namespace.set(String.valueOf(name), value));
        return namespace;
    }

    private static Object joiner(Arguments arguments) {
        String separator = arguments.text(0, "sep", ", ");
        boolean[] used = {false};
        return (Callable) call -> {
            String text = used[0] ? separator : "";
            used[0] = true;
            return text;
        };
    }
}
