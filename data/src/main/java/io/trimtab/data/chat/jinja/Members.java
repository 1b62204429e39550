package io.trimtab.data.chat.jinja;

import java.util.List;
import java.util.Map;

/** {@code a.b}, {@code a[b]} and {@code a()}. What is not there is undefined; of what is undefined nothing can be asked. */
final class Members {
    private Members() {}

    /** The attribute, else the item of that name. */
    static Object attribute(Object owner, String name) {
        Object attribute = own(owner, name);
        if (!(attribute instanceof Undefined)) {
            return attribute;
        }
        Object item = owner instanceof Map<?, ?> map ? map.get(name) : null;
        return item == null ? attribute : item;
    }

    /** The item, else the attribute of that name. */
    static Object item(Object markupOrOwner, Object key) {
        Object owner = Markup.plain(markupOrOwner);
        if (owner instanceof Undefined undefined) {
            throw undefined.fault();
        }
        Object item = null;
        if (owner instanceof Map<?, ?> map) {
            item = map.get(key instanceof List || key instanceof Map ? None.NONE : key);
        } else if (Numbers.isWhole(key)
                && (owner instanceof String || Values.isCollection(owner))
                && !View.isOfDictionary(owner)) {
            item = Slices.at(owner, Numbers.big(key).longValue());
        }
        if (item != null) {
            return item;
        }
        return key instanceof String name ? own(owner, name) : new Undefined("an item of a " + Values.type(owner));
    }

    /** What Python's {@code getattr} finds, without the names the sandbox hides. */
    static Object own(Object markupOrOwner, String name) {
        Object owner = Markup.plain(markupOrOwner);
        if (owner instanceof Undefined undefined) {
            throw undefined.fault();
        }
        if (owner instanceof Namespace namespace) {
            return namespace.get(name);
        }
        if (owner instanceof Loop loop) {
            return loop.attribute(name);
        }
        if (owner instanceof Macro macro) {
            return macro.attribute(name);
        }
        if (owner instanceof Callable) {
            return new Undefined(name);
        }
        if (owner instanceof String text) {
            return StringMethods.of(text, name);
        }
        return owner instanceof Map || owner instanceof List || owner instanceof Tuple
                ? CollectionMethods.of(owner, name)
                : new Undefined(name);
    }

    static Object call(Object function, Arguments arguments) {
        if (function instanceof Callable callable) {
            return callable.call(arguments);
        }
        if (function instanceof Undefined undefined) {
            throw undefined.fault();
        }
        throw new TemplateFault("a value of type " + Values.type(function) + " cannot be called");
    }
}
