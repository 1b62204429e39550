package io.trimtab.job.config;

import io.trimtab.job.config.MergeNode.Group;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a merge file says of the tokenizer: whose files the result gets, and its chat template. */
record TokenizerReader(MergeFields fields) {
    /** @param models in the order of the recipe: base is the first, also where none is the base */
    Optional<String> source(Group root, List<String> models) {
        Optional<Group> group = fields.group(root, "tokenizer");
        if (group.isPresent() && root.fields().containsKey("tokenizer_source")) {
            fields.problem(group.get(), "either tokenizer or tokenizer_source must be set, not both");
        }
        group.ifPresent(tokenizer -> fields.requireKnown(
                tokenizer,
                Set.of("source"),
                Map.of(
                        "tokens", "embeddings are not put together token by token",
                        "pad_to_multiple_of", "vocabularies are not enlarged")));
        Optional<String> source = group.isPresent()
                ? new ModelName(fields).read(group.get(), "source")
                : new ModelName(fields).read(root, "tokenizer_source");
        MergeNode place = group.<MergeNode>map(tokenizer -> tokenizer)
                .orElse(root.fields().getOrDefault("tokenizer_source", root));
        if (source.filter("union"::equals).isPresent() || (group.isPresent() && source.isEmpty())) {
            fields.problem(
                    place,
                    "tokenizer_source union is not done: vocabularies are not put together; write base or name a model");
        }
        return source.flatMap(name -> name.equals("base") ? models.stream().findFirst() : Optional.of(name));
    }

    /** mergekit's {@code auto}, or the text of a template; it also has names for some, whose texts are its own. */
    Optional<String> chatTemplate(Group root) {
        Optional<String> template = fields.text(root, "chat_template");
        if (template.isEmpty() || template.get().equals(MergeOrder.COMMON_TEMPLATE) || isText(template.get())) {
            return template;
        }
        fields.problem(
                root.fields().getOrDefault("chat_template", root),
                "chat_template must be auto or the text of a Jinja template; the template mergekit calls "
                        + template.get() + " is not done: name the model that has it in tokenizer_source");
        return Optional.empty();
    }

    private static boolean isText(String template) {
        return template.length() >= 20 && template.contains("{");
    }
}
