package io.trimtab.job.stages;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trimtab.job.checkpoint.RunDirectory;
import io.trimtab.job.config.ModelSettings;
import io.trimtab.job.config.TrimtabConfig;
import io.trimtab.merge.settings.EmaSettings;
import io.trimtab.merge.settings.MergeRuleName;
import io.trimtab.merge.settings.MergeSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.fs.Path;

/** README.md of the exported folder: what the model was made from, with which settings and code, and how it did. */
final class ModelCard {
    private static final ObjectMapper JSON = new ObjectMapper();

    private ModelCard() {}

    /** Written at export, and again when there are results to show. */
    static void write(Workplace workplace, long step) {
        RunDirectory directory = workplace.directory();
        StringBuilder card = new StringBuilder();
        header(card, workplace.config());
        data(card, workplace.config(), json(directory, directory.dataReport()));
        results(card, json(directory, directory.evaluation()));
        card.append("\n## Settings\n\nSteps: ").append(step).append("\n\n```hocon\n");
        directory
                .storage()
                .read(directory.runConf())
                .ifPresent(conf -> card.append(new String(conf, StandardCharsets.UTF_8)));
        card.append("```\n\n## Code\n\nTrimtab ").append(CodeVersion.current()).append('\n');
        directory
                .storage()
                .replace(
                        new Path(directory.model(), "README.md"),
                        card.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static void header(StringBuilder card, TrimtabConfig config) {
        ModelSettings model = config.model();
        String stage = config.training().stage().name().toLowerCase(Locale.ROOT);
        card.append("---\nlibrary_name: transformers\npipeline_tag: text-generation\ntags:\n- trimtab\n- ")
                .append(stage)
                .append("\n---\n\n# A model trained by Trimtab, stage ")
                .append(stage)
                .append("\n\n");
        if (model.policy() != null) {
            card.append("Started from ").append(model.policy()).append(".\n");
        }
        if (config.merge().usesSftDelta()) {
            card.append("Every step was merged with the SFT delta, ")
                    .append(model.policy())
                    .append(" minus ")
                    .append(model.base())
                    .append(" (arXiv 2405.17931).\n");
        }
        MergeSettings merge = config.merge();
        if (merge.rule() == MergeRuleName.EMA && merge.ema().export() == EmaSettings.Export.AVERAGE) {
            card.append("The weights are the moving average of those trained, decay ")
                    .append(merge.ema().decay())
                    .append(".\n");
        }
    }

    private static void data(StringBuilder card, TrimtabConfig config, Optional<JsonNode> report) {
        card.append("\n## Data\n\n").append(config.data().train().name()).append('\n');
        report.ifPresent(figures -> card.append("\nRows read ")
                .append(figures.path("read").asLong())
                .append(", kept ")
                .append(figures.path("kept").asLong())
                .append(", over the length limit ")
                .append(figures.path("over_length").asLong())
                .append(", rejected ")
                .append(figures.path("rejected"))
                .append(".\n"));
    }

    private static void results(StringBuilder card, Optional<JsonNode> evaluation) {
        if (evaluation.isEmpty()) {
            return;
        }
        card.append("\n## Results\n\n| model | test | value | n |\n|---|---|---|---|\n");
        for (Map.Entry<String, JsonNode> model : evaluation.get().path("models").properties()) {
            for (Map.Entry<String, JsonNode> test : model.getValue().properties()) {
                card.append(String.format(
                        Locale.ROOT,
                        "| %s | %s | %.4f | %d |%n",
                        model.getKey(),
                        test.getKey(),
                        test.getValue().path("value").asDouble(),
                        test.getValue().path("n").asLong()));
            }
        }
    }

    private static Optional<JsonNode> json(RunDirectory directory, Path file) {
        return directory.storage().read(file).map(bytes -> {
            try {
                return JSON.readTree(bytes);
            } catch (IOException e) {
                throw new UncheckedIOException("Cannot read " + file + ": it is not JSON", e);
            }
        });
    }
}
