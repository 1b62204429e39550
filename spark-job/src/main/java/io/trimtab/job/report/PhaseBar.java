package io.trimtab.job.report;

import java.util.Locale;
import java.util.Map;

/** The phases of all steps together as parts of one bar. */
final class PhaseBar {
    private PhaseBar() {}

    static String html(Map<String, Double> seconds) {
        double total =
                seconds.values().stream().mapToDouble(Double::doubleValue).sum();
        if (total <= 0) {
            return "";
        }
        StringBuilder bar = new StringBuilder("<div class=\"bar\">");
        StringBuilder legend = new StringBuilder("<p class=\"legend\">");
        int colour = 0;
        for (Map.Entry<String, Double> phase : seconds.entrySet()) {
            double share = 100 * phase.getValue() / total;
            String style = "c" + colour++;
            String label = String.format(
                    Locale.ROOT, "%s %s, %.1f %%", phase.getKey(), Numbers.seconds(phase.getValue()), share);
            bar.append(String.format(
                    Locale.ROOT,
                    "<span class=\"%s\" style=\"width:%.2f%%\" title=\"%s\"></span>",
                    style,
                    share,
                    Html.escape(label)));
            legend.append("<span class=\"")
                    .append(style)
                    .append("\">")
                    .append(Html.escape(label))
                    .append("</span> ");
        }
        return bar + "</div>\n" + legend + "</p>\n";
    }
}
