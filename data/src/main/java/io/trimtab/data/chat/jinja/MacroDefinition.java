package io.trimtab.data.chat.jinja;

import java.util.List;

/** {@code {% macro %}}: a name for what calls its body. */
record MacroDefinition(Macro.Signature signature, List<Statement> body) implements Statement {
    @Override
    public Flow run(Scope scope, Output output) {
        scope.set(signature.name(), new Macro(signature, body, scope));
        return Flow.NEXT;
    }
}
