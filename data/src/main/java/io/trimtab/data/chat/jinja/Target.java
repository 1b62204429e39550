package io.trimtab.data.chat.jinja;

import java.util.List;

/** What a {@code set} or a loop assigns to. */
sealed interface Target {
    void assign(Scope scope, Object value);

    record Variable(String name) implements Target {
        @Override
        public void assign(Scope scope, Object value) {
            scope.set(name, value);
        }
    }

    record Attribute(String namespace, String name) implements Target {
        @Override
        public void assign(Scope scope, Object value) {
            if (!(scope.get(namespace) instanceof Namespace owner)) {
                throw new TemplateFault("cannot assign an attribute to what is no namespace: " + namespace);
            }
            owner.set(name, value);
        }
    }

    record Several(List<Target> targets) implements Target {
        @Override
        public void assign(Scope scope, Object value) {
            List<Object> values = Values.list(value);
            if (values.size() != targets.size()) {
                throw new TemplateFault("cannot unpack " + values.size() + " values to " + targets.size() + " names");
            }
            for (int i = 0; i < values.size(); i++) {
                targets.get(i).assign(scope, values.get(i));
            }
        }
    }
}
