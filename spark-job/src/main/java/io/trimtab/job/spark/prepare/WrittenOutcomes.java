package io.trimtab.job.spark.prepare;

import io.trimtab.data.report.DataReport;
import io.trimtab.job.spark.files.TableManifest.TableFile;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * What tasks have written, and counted on the way.
 *
 * @param rows files of kept rows, and of their facts
 * @param quarantine files of rejected rows
 */
record WrittenOutcomes(OutcomeSummary summary, List<TableFile> rows, List<TableFile> quarantine)
        implements Serializable {
    static final WrittenOutcomes NONE = new WrittenOutcomes(OutcomeSummary.EMPTY, List.of(), List.of());

    WrittenOutcomes plus(WrittenOutcomes other) {
        return new WrittenOutcomes(
                summary.plus(other.summary), joined(rows, other.rows), joined(quarantine, other.quarantine));
    }

    WrittenOutcomes withReport(DataReport report) {
        return new WrittenOutcomes(new OutcomeSummary(report, summary.parts()), rows, quarantine);
    }

    private static <T> List<T> joined(List<T> some, List<T> others) {
        List<T> all = new ArrayList<>(some);
        all.addAll(others);
        return all;
    }
}
