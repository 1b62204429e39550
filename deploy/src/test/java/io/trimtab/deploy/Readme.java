package io.trimtab.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** The README at the root of the source tree. */
record Readme(String text) {

    static Readme read() {
        try {
            return new Readme(Files.readString(Path.of(System.getProperty("trimtab.root"), "README.md"), UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The contents of its code blocks of one language. */
    List<String> blocks(String language) {
        return Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
                .matcher(text)
                .results()
                .map(match -> match.group(1))
                .toList();
    }

    /** The block that begins with a file's name as a comment. */
    String file(String name) {
        return blocks("hocon").stream()
                .filter(block -> block.startsWith("# " + name + "\n"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("README has no file " + name));
    }
}
