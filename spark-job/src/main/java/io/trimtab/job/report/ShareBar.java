package io.trimtab.job.report;

import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleFunction;

/** Parts of a whole as parts of one bar, each with its size and share. */
final class ShareBar {
    private static final int COLOURS = 7;

    private ShareBar() {}

    /** @param shown a size for people */
    static String html(Map<String, Double> sizes, DoubleFunction<String> shown) {
        double total = sizes.values().stream().mapToDouble(Double::doubleValue).sum();
        if (total <= 0) {
            return "";
        }
        StringBuilder bar = new StringBuilder("<div class=\"bar\">");
        StringBuilder legend = new StringBuilder("<p class=\"legend\">");
        int colour = 0;
        for (Map.Entry<String, Double> part : sizes.entrySet()) {
            double share = 100 * part.getValue() / total;
            String style = "c" + colour++ % COLOURS;
            String label =
                    String.format(Locale.ROOT, "%s %s, %.1f %%", part.getKey(), shown.apply(part.getValue()), share);
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
