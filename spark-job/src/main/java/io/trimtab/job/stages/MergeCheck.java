package io.trimtab.job.stages;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trimtab.job.checkpoint.Manifest;
import io.trimtab.job.checkpoint.Storage;
import io.trimtab.job.config.MergeOrder;
import io.trimtab.job.config.RefusedException;
import io.trimtab.job.spark.cluster.Cancellation;
import io.trimtab.merge.offline.MergePlan;
import io.trimtab.merge.offline.Mismatch;
import io.trimtab.merge.offline.PlannedTensor;
import io.trimtab.model.weights.ModelFolderException;
import io.trimtab.model.weights.TypedTensor;
import io.trimtab.model.weights.WeightFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;

/** Whether models belong together beyond the shapes of their tensors: same architecture, same words, files as they were written. */
final class MergeCheck {
    private static final List<String> MUST_AGREE = List.of("model_type", "num_attention_heads", "num_key_value_heads");
    private static final List<String> SHOULD_AGREE =
            List.of("rope_theta", "rope_scaling", "rms_norm_eps", "hidden_act", "head_dim");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final MergeOrder order;
    private final MergeInputs inputs;
    private final Console console;

    MergeCheck(MergeOrder order, MergeInputs inputs, Console console) {
        this.order = order;
        this.inputs = inputs;
        this.console = console;
    }

    /**
     * Refuses what cannot be merged.
     *
     * @return the tensors with a row for each token, where the models' tokens differ and the base's are to be kept; else none
     */
    Set<String> run(Cancellation cancellation) {
        JsonNode template = config(inputs.template());
        boolean sameWords = true;
        if (inputs.unties()) {
            console.say("note: the head of " + inputs.template().path()
                    + " is its embeddings, and not of every model; the result has a head of its own");
        }
        for (WeightFolder folder : inputs.folders().values()) {
            cancellation.throwIfRequested();
            requireAsWritten(folder.path());
            compare(template, folder);
            sameWords &= sameWords(folder);
        }
        return sameWords ? Set.of() : vocabularyTensors(template);
    }

    private void compare(JsonNode template, WeightFolder folder) {
        JsonNode config = config(folder);
        for (String key : MUST_AGREE) {
            if (!config.path(key).equals(template.path(key))) {
                throw new RefusedException("Cannot merge, the models are of different kinds: " + key + " is "
                        + config.path(key) + " in " + folder.path() + " and " + template.path(key) + " in "
                        + inputs.template().path());
            }
        }
        for (String key : SHOULD_AGREE) {
            if (!config.path(key).equals(template.path(key))) {
                console.say("note: " + key + " is " + config.path(key) + " in " + folder.path() + "; the result has "
                        + template.path(key) + " as " + inputs.template().path());
            }
        }
    }

    private static JsonNode config(WeightFolder folder) {
        Path file = folder.path().resolve("config.json");
        try {
            return JSON.readTree(file.toFile());
        } catch (IOException e) {
            throw new ModelFolderException("Cannot use " + file + ", it is not valid JSON", e);
        }
    }

    /** Safetensors have no checksum; a folder of our own has them in its manifest. */
    private static void requireAsWritten(Path folder) {
        org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(folder.toUri());
        Optional<Manifest> manifest = Manifest.read(Storage.of(path, new Configuration()), path);
        if (manifest.isEmpty()) {
            return;
        }
        for (Manifest.File file : manifest.get().files()) {
            Path written = folder.resolve(file.name());
            if (file.crc32c() != Manifest.File.NO_CRC && Checksum.of(written) != file.crc32c()) {
                throw new RefusedException(
                        "Cannot merge, " + written
                                + " is not what was written: its checksum differs from that in manifest.json; copy the model again");
            }
        }
    }

    private boolean sameWords(WeightFolder folder) {
        Path own = folder.path().resolve(TokenWords.FILE);
        Path first = inputs.template().path().resolve(TokenWords.FILE);
        Optional<String> difference = firstDifference(own, first);
        if (difference.isEmpty()) {
            return true;
        }
        if (order.recipe().mismatch() != Mismatch.KEEP_BASE) {
            throw new RefusedException(
                    "Cannot merge, the vocabularies differ: " + difference.get()
                            + "; rows of embeddings are merged by token id. Set mismatch: keep-base to take the base's embeddings");
        }
        return false;
    }

    private static Optional<String> firstDifference(Path own, Path first) {
        if (!Files.isRegularFile(own) || !Files.isRegularFile(first)) {
            return Optional.empty();
        }
        try {
            return Files.mismatch(own, first) < 0
                    ? Optional.empty()
                    : TokenWords.read(own).conflict(TokenWords.read(first));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + own, e);
        }
    }

    /** The named tokenizer must not have ids that the merged embeddings have no rows for. */
    void requireRowForEachToken(MergePlan plan) {
        Path file = inputs.tokenizer().resolve(TokenWords.FILE);
        if (order.tokenizerSource().isEmpty() || !Files.isRegularFile(file)) {
            return;
        }
        int last = TokenWords.read(file).lastId();
        Set<String> vocabulary = vocabularyTensors(config(inputs.template()));
        for (PlannedTensor tensor : plan.tensors()) {
            if (vocabulary.contains(tensor.name()) && tensor.shape().sizes().get(0) <= last) {
                throw new RefusedException("Cannot give the result the tokenizer of " + inputs.tokenizer()
                        + ", it has ids up to " + last + " and tensor " + tensor.name() + " has "
                        + tensor.shape().sizes().get(0) + " rows as in " + tensor.referenceModel()
                        + "; set tokenizer_source: base");
            }
        }
    }

    private Set<String> vocabularyTensors(JsonNode template) {
        JsonNode size =
                template.has("vocab_size") ? template.path("vocab_size") : template.at("/text_config/vocab_size");
        Set<String> tensors = new HashSet<>();
        for (TypedTensor tensor : inputs.template().tensors().values()) {
            long[] shape = tensor.shape();
            if (shape.length > 0 && shape[0] == size.asLong(-1)) {
                tensors.add(tensor.name());
            }
        }
        return tensors;
    }
}
