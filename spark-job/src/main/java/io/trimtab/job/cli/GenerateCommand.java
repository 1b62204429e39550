package io.trimtab.job.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trimtab.job.config.ExitCode;
import io.trimtab.job.config.RefusedException;
import io.trimtab.job.config.SetOptions;
import io.trimtab.job.stages.GenerateStage;
import io.trimtab.job.stages.GeneratedText;
import io.trimtab.job.stages.TextPrompt;
import io.trimtab.job.stages.TextPrompts;
import io.trimtab.model.Policy;
import io.trimtab.model.engine.DeviceChoice;
import io.trimtab.model.generate.Sampling;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Text from a finished model. Standard output has the texts alone. */
@Command(
        name = "generate",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Continues prompts with the model of a Hugging Face folder on this machine. Prints the texts alone on standard"
                        + " output, in the order of the prompts; a single one as it grows, on a terminal.")
final class GenerateCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Option(
            names = "--model",
            required = true,
            paramLabel = "FOLDER",
            description = "Model folder: config.json, safetensors, tokenizer files.")
    private Path model = Path.of("");

    @ArgGroup(multiplicity = "1")
    private Source source = new Source();

    private static final class Source {
        @Option(names = "--prompt", paramLabel = "TEXT", description = "Used as it is. May be repeated.")
        private List<String> texts = new ArrayList<>();

        @Option(
                names = "--prompts",
                paramLabel = "FILE",
                description = "JSON Lines: strings, {\"prompt\": string or messages}, {\"messages\": [...]}.")
        private @Nullable Path file;
    }

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description =
                    "A setting of runs, over the options: model.device, cluster.threads-per-rank or training.seed;"
                            + " others are ignored with a warning. May be repeated.")
    private List<String> sets = new ArrayList<>();

    @Option(names = "--chat", description = "Strings are the user's message in the model's chat template.")
    private boolean chat;

    @Option(
            names = "--max-new-tokens",
            defaultValue = "128",
            description = "Longest continuation in tokens (default ${DEFAULT-VALUE}).")
    private int maxNewTokens;

    @Option(
            names = "--temperature",
            defaultValue = "0",
            description = "0: the most probable token each time; above: drawn (default ${DEFAULT-VALUE}).")
    private double temperature;

    @Option(
            names = "--top-p",
            defaultValue = "1",
            description = "Draw from the most probable tokens that have this share of the probability (default"
                    + " ${DEFAULT-VALUE}, all).")
    private double topP;

    @Option(
            names = "--top-k",
            defaultValue = "0",
            description = "Draw from the so many most probable tokens (default ${DEFAULT-VALUE}, all).")
    private int topK;

    @Option(
            names = "--repetition-penalty",
            defaultValue = "1",
            description = "Above 1: what stands there already becomes less probable (default ${DEFAULT-VALUE}, none).")
    private double repetitionPenalty;

    @Option(
            names = "--seed",
            defaultValue = "42",
            description =
                    "Of the drawing; a prompt's text does not depend on its neighbours (default ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--json",
            description = "One line per prompt: {prompt_index, prompt_ids, ids, text, logprob, finish}; logprob is the"
                    + " model's own for the ids, in nats; finish is stop or length.")
    private boolean json;

    @Option(names = "--threads", description = "Threads of the engine (default ${DEFAULT-VALUE}, the cores).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--device",
            defaultValue = "auto",
            description = "Where the engine computes: auto (a GPU where one can be used), cpu or cuda (default"
                    + " ${DEFAULT-VALUE}).")
    private DeviceChoice device = DeviceChoice.AUTO;

    private final PrintStream out;
    private final PrintStream err;

    GenerateCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() {
        takeSettings();
        Sampling sampling = sampling();
        List<TextPrompt> prompts = prompts();
        try (GenerateStage stage = new GenerateStage(model)) {
            stage.warnings().forEach(warning -> err.println("warning: " + warning));
            List<int[]> ids = stage.encode(prompts);
            try (Policy policy = stage.load(threads, device.device(Optional.empty()))) {
                generate(stage, policy, ids, sampling);
            }
        }
        return ExitCode.DONE.code();
    }

    private void takeSettings() {
        Map<String, Consumer<String>> uses = Map.of(
                "model.device", value -> device = DeviceChoice.valueOf(value.toUpperCase(Locale.ROOT)),
                "training.seed", value -> seed = new BigDecimal(value).longValueExact(),
                "cluster.threads-per-rank", value -> threads = threadsOr(SetOptions.whole(value), threads));
        SetOptions.read(sets).give("generate", uses, err::println);
    }

    /** 0 leaves the number as it is: the cores, or what the option says. */
    private static int threadsOr(int set, int threads) {
        return set > 0 ? set : threads;
    }

    private void generate(GenerateStage stage, Policy policy, List<int[]> ids, Sampling sampling) {
        boolean streams = !json && ids.size() == 1 && onTerminal();
        long start = System.nanoTime();
        List<GeneratedText> texts =
                stage.generate(policy, ids, maxNewTokens, sampling, seed, streams ? this::piece : piece -> {});
        double seconds = (System.nanoTime() - start) * 1e-9;
        if (streams) {
            out.println();
        } else {
            print(texts);
        }
        rate(texts, seconds);
    }

    @SuppressWarnings("SystemConsoleNull") // from JDK 22 on a pipe gets the pieces too, which makes the same text
    private static boolean onTerminal() {
        return System.console() != null;
    }

    private Sampling sampling() {
        if (maxNewTokens < 1 || threads < 1) {
            throw new RefusedException("Cannot generate: --max-new-tokens (" + maxNewTokens + ") and --threads ("
                    + threads + ") must be at least 1");
        }
        try {
            return new Sampling(temperature, topK, topP, repetitionPenalty);
        } catch (IllegalArgumentException e) {
            throw new RefusedException("Cannot generate: --" + e.getMessage());
        }
    }

    private List<TextPrompt> prompts() {
        Path file = source.file;
        List<TextPrompt> prompts = file == null ? TextPrompts.ofOptions(source.texts) : TextPrompts.ofFile(file);
        return chat ? prompts.stream().map(TextPrompt::asChat).toList() : prompts;
    }

    private void piece(String piece) {
        out.print(piece);
        out.flush();
    }

    private void print(List<GeneratedText> texts) {
        for (int i = 0; i < texts.size(); i++) {
            out.println(json ? line(i, texts.get(i)) : texts.get(i).text());
        }
    }

    private static String line(int index, GeneratedText text) {
        ObjectNode line = JSON.createObjectNode().put("prompt_index", index);
        line.set("prompt_ids", JSON.valueToTree(text.promptIds()));
        line.set("ids", JSON.valueToTree(text.continuation().ids()));
        return line.put("text", text.text())
                .put("logprob", text.continuation().logProb())
                .put("finish", text.continuation().finish().toString())
                .toString();
    }

    private void rate(List<GeneratedText> texts, double seconds) {
        long tokens = texts.stream()
                .mapToLong(text -> text.continuation().ids().length)
                .sum();
        err.println(String.format(
                Locale.ROOT,
                "%d prompts, %d new tokens in %.1f s after loading, %.1f tokens/s",
                texts.size(),
                tokens,
                seconds,
                tokens / seconds));
    }
}
