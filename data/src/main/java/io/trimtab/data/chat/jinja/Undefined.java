package io.trimtab.data.chat.jinja;

/** What a name or a member that is not there evaluates to: prints as nothing, is false, is empty; anything further with it fails. */
record Undefined(String name) {
    TemplateFault fault() {
        return new TemplateFault("'" + name + "' is undefined");
    }
}
