package io.trimtab.job.stages;

import io.trimtab.data.report.DataReport;
import io.trimtab.job.spark.prepare.Overlap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What was found out about evaluation.data: what its rows were taken for, what became of them, and which of them are trained on. */
record HeldOut(DataReport report, Overlap overlap) {
    private static final List<String> FIGURES =
            List.of("read", "made", "kept", "over_length", "tied", "rejected", "rejected_examples", "shape");

    /** Under the names of data-report.json, those of the training table where they say the same. */
    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>(overlap.toMap());
        Map<String, Object> figures = report.toMap();
        for (String name : FIGURES) {
            if (figures.containsKey(name)) {
                map.put(name, figures.get(name));
            }
        }
        return map;
    }

    /** For people, a line each; what the rows were taken for is said as soon as they are read. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(report.kept() + " of " + report.made() + " examples kept, " + report.rejectedRows() + " rejected, "
                + report.overLength() + " over max-length");
        if (report.rejectedRows() > 0) {
            lines.add("rejected: " + report.rejections().reasons() + "; for example "
                    + report.rejections().someIds());
        }
        return lines;
    }
}
