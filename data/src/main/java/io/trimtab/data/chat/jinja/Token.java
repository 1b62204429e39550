package io.trimtab.data.chat.jinja;

/** One token; {@code text} of a string is its value, of {@code DATA} the text between tags. */
record Token(TokenType type, String text, int line) {
    boolean is(TokenType other, String words) {
        return type == other && text.equals(words);
    }

    @Override
    public String toString() {
        return switch (type) {
            case DATA -> "text";
            case VARIABLE_BEGIN -> "{{";
            case VARIABLE_END -> "}}";
            case BLOCK_BEGIN -> "{%";
            case BLOCK_END -> "%}";
            case STRING -> "a string";
            case END -> "the end of the template";
            case NAME, INTEGER, FLOAT, OPERATOR -> text;
        };
    }
}
