package io.trimtab.job.stages;

import io.trimtab.job.checkpoint.Manifest;
import io.trimtab.job.checkpoint.Storage;
import io.trimtab.job.config.MergeOrder;
import io.trimtab.merge.offline.MergePlan;
import io.trimtab.merge.offline.MergeRecipe;
import io.trimtab.merge.offline.PlannedTensor;
import io.trimtab.merge.offline.TensorSink;
import io.trimtab.model.weights.Companions;
import io.trimtab.model.weights.ModelFolderException;
import io.trimtab.model.weights.ModelWriter;
import io.trimtab.model.weights.TypedTensor;
import io.trimtab.model.weights.WeightFolder;
import io.trimtab.model.weights.WeightFolderWriter;
import io.trimtab.model.weights.WeightType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;

/** What a merged model consists of: weights, config.json, the files of the tokenizer, the merge's own file, and at last the manifest. */
final class MergedFolder {
    static final String KIND = "kind";
    static final String MERGE = "merge";

    private final MergeOrder order;
    private final MergePlan plan;
    private final MergeInputs inputs;

    MergedFolder(MergeOrder order, MergePlan plan, MergeInputs inputs) {
        this.order = order;
        this.plan = plan;
        this.inputs = inputs;
    }

    /** Bytes of the weights of one result. */
    long bytes() {
        return plan.tensors().stream()
                .mapToLong(tensor -> tensor.shape().entries() * type(tensor).bytes())
                .sum();
    }

    private WeightType type(PlannedTensor tensor) {
        return order.type().orElseGet(() -> {
            WeightFolder folder = inputs.folderOf(tensor.referenceModel());
            TypedTensor stored = folder.tensors().get(tensor.referenceTensor());
            if (stored == null) {
                throw new ModelFolderException(
                        "Model " + folder.path() + " lost its tensor " + tensor.referenceTensor());
            }
            return stored.type();
        });
    }

    private List<TypedTensor> tensors() {
        List<TypedTensor> tensors = new ArrayList<>();
        for (PlannedTensor tensor : plan.tensors()) {
            long[] shape =
                    tensor.shape().sizes().stream().mapToLong(Long::longValue).toArray();
            tensors.add(new TypedTensor(tensor.name(), shape, type(tensor)));
        }
        return tensors;
    }

    /** The type that holds most of the weights. */
    private WeightType mainType() {
        Map<WeightType, Long> entries = new EnumMap<>(WeightType.class);
        plan.tensors()
                .forEach(tensor -> entries.merge(type(tensor), tensor.shape().entries(), Long::sum));
        return entries.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(WeightType.F32);
    }

    private OptionalInt layers() {
        MergeRecipe recipe = order.recipe();
        return recipe.mergesWholeModels()
                ? OptionalInt.empty()
                : OptionalInt.of(recipe.slices().stream()
                        .mapToInt(slice -> slice.inputs()
                                .get(0)
                                .layers()
                                .map(range -> range.end() - range.first())
                                .orElse(0))
                        .sum());
    }

    /** @param unfinished exists and is empty */
    Writing begin(Path unfinished) throws IOException {
        Companions.writeConfig(inputs.template().path(), unfinished, mainType(), layers(), inputs.unties());
        Companions.copy(inputs.tokenizer(), unfinished);
        Optional<String> template = order.chatTemplate()
                .flatMap(asked -> asked.equals(MergeOrder.COMMON_TEMPLATE)
                        ? TemplateFiles.mostCommon(inputs.paths())
                        : Optional.of(asked));
        if (template.isPresent()) {
            TemplateFiles.write(unfinished, template.get());
        }
        return new Writing(unfinished, WeightFolderWriter.begin(unfinished, tensors(), ModelWriter.SHARD_BYTES));
    }

    /** One result while it is written. */
    final class Writing implements AutoCloseable {
        private final Path folder;
        private final WeightFolderWriter weights;

        private Writing(Path folder, WeightFolderWriter weights) {
            this.folder = folder;
            this.weights = weights;
        }

        TensorSink sink() {
            return weights::write;
        }

        /** Everything is written: adds the merge's file and the manifest. */
        void finish(Path file, int result) throws IOException {
            weights.finish();
            String name = String.valueOf(file.getFileName());
            Files.copy(file, folder.resolve(MERGE + name.substring(Math.max(0, name.lastIndexOf('.')))));
            List<Manifest.File> files = new ArrayList<>();
            try (Stream<Path> written = Files.walk(folder)) {
                for (Path each : written.filter(Files::isRegularFile).sorted().toList()) {
                    String inside = folder.relativize(each).toString();
                    files.add(new Manifest.File(inside, Files.size(each), Checksum.of(each)));
                }
            }
            org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(folder.toUri());
            new Manifest(facts(result), files).write(Storage.of(path, new Configuration()), path);
        }

        @Override
        public void close() {
            weights.close();
        }
    }

    private Map<String, String> facts(int result) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put(KIND, MERGE);
        facts.put("merge_method", order.recipe().method().toString());
        facts.put("models", String.join(", ", order.recipe().models()));
        order.recipe()
                .sweep()
                .ifPresent(sweep -> facts.put(
                        "sweep." + sweep.parameter(), sweep.values().get(result).toPlainString()));
        if (!order.sets().isEmpty()) {
            facts.put("set", String.join(", ", order.sets())); // over the file that lies beside
        }
        facts.put("seed", Long.toString(order.recipe().seed()));
        facts.put("version", CodeVersion.current());
        return facts;
    }
}
