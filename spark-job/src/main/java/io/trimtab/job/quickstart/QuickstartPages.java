package io.trimtab.job.quickstart;

import io.trimtab.job.report.ComparisonPage;
import io.trimtab.job.report.RunFiles;
import io.trimtab.job.report.RunPage;
import io.trimtab.job.report.RunRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The pages of the demonstration: each run's own, made again with the sampled tests on it, and the one that compares them. */
final class QuickstartPages {
    private static final List<String> INTRODUCTION = List.of(
            "A small language model learned an invented world from nothing (base), then to answer questions (sft), and was then aligned"
                    + " from the same preference data three times. The data reward style: an answer that starts with 'sure', says more,"
                    + " and ends with 'thanks'. Nothing in them asks for truth or for the skills the model had.",
            "reward is the known reward of 300 sampled answers, 4 at most. strict is the share of questions about seven skills that are"
                    + " answered exactly, raw the same in the format of pre-training, valid the share of open answers that are well formed"
                    + " and true. ability is the mean of these three: what falls from sft to a policy is the alignment tax.");

    private final Path directory;

    QuickstartPages(Path directory) {
        this.directory = directory;
    }

    RunRecord read(String run) {
        try {
            return RunRecord.read(run, RunFiles.in(directory.resolve(run)));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the files of " + directory.resolve(run), e);
        }
    }

    void writeRun(String run) {
        write(directory.resolve(run).resolve("report.html"), RunPage.html(read(run)));
    }

    /** Answers where the page lies. */
    Path writeComparison(AlignmentStage stage, List<QuickstartRun> runs) {
        List<ComparisonPage.Entry> entries = new ArrayList<>();
        for (QuickstartRun run : runs) {
            entries.add(new ComparisonPage.Entry(read(run.name()), run.description(), run.name() + "/report.html"));
        }
        Path page = directory.resolve(stage.prefix() + "report.html");
        String title = "Trimtab quickstart: what alignment costs (" + stage.name() + ")";
        write(
                page,
                ComparisonPage.html(new ComparisonPage.Content(
                        title, INTRODUCTION, entries, EvaluationFile.REWARD, EvaluationFile.ABILITY)));
        return page;
    }

    private static void write(Path page, String html) {
        try {
            Files.writeString(page, html);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write the page " + page, e);
        }
    }
}
