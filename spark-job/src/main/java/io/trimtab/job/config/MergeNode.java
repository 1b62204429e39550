package io.trimtab.job.config;

import java.util.List;
import java.util.Map;

/** A value of a merge file, whichever language it is written in. */
sealed interface MergeNode {

    /** File and line. */
    String place();

    /** For messages. */
    String shown();

    /** Keys in their order, written with underscores; keys without a value are left out. */
    record Group(Map<String, MergeNode> fields, String place) implements MergeNode {

        @Override
        public String shown() {
            return "a group of " + fields.keySet();
        }
    }

    record Items(List<MergeNode> items, String place) implements MergeNode {
        public Items {
            items = List.copyOf(items);
        }

        @Override
        public String shown() {
            return items.stream().map(MergeNode::shown).toList().toString();
        }
    }

    /** A word or number as it was written. */
    record Scalar(String text, String place) implements MergeNode {

        @Override
        public String shown() {
            return Redaction.ofText(text);
        }
    }

    /** The field's keys have underscores and ours hyphens; either is understood. */
    static String key(String written) {
        return written.replace('-', '_');
    }
}
