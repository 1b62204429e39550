package io.trimtab.data.chat.jinja;

/** Whatever a template can call: a method bound to its value, a macro, a global function. */
@FunctionalInterface
interface Callable {
    Object call(Arguments arguments);
}
