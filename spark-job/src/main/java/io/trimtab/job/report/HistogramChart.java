package io.trimtab.job.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/**
 * How lengths are spread, as outlines in inline SVG: the share of each series over lengths that double from mark to mark, four columns to
 * a doubling. Column 0 is the empty length.
 */
record HistogramChart(String title, List<Series> series) {
    private static final int WIDTH = 440;
    private static final int HEIGHT = 200;
    private static final int LEFT = 40;
    private static final int RIGHT = 10;
    private static final int TOP = 10;
    private static final int BOTTOM = 26;
    private static final int COLUMNS_PER_DOUBLING = 4;
    private static final int MARKS = 8;

    /** @param counts by column */
    record Series(String label, TreeMap<Integer, Long> counts) {
        /** @param buckets pairs of a smallest length and a count, as data-report.json has them */
        static Series of(String label, JsonNode buckets) {
            TreeMap<Integer, Long> counts = new TreeMap<>();
            for (JsonNode bucket : buckets) {
                counts.merge(column(bucket.path(0).asLong()), bucket.path(1).asLong(), Long::sum);
            }
            return new Series(label, counts);
        }

        long total() {
            return counts.values().stream().mapToLong(Long::longValue).sum();
        }

        double share(int column) {
            return (double) counts.getOrDefault(column, 0L) / total();
        }
    }

    HistogramChart {
        series = series.stream().filter(each -> each.total() > 0).toList();
    }

    private static int column(long length) {
        return length == 0
                ? 0
                : 1 + (int) Math.floor(COLUMNS_PER_DOUBLING * Math.log((double) length) / Math.log(2) + 1e-9);
    }

    boolean isEmpty() {
        return series.isEmpty();
    }

    String html() {
        StringBuilder out = new StringBuilder(4096);
        out.append("<figure><figcaption>").append(Html.escape(title)).append("<span class=\"legend\">");
        for (int i = 0; i < series.size(); i++) {
            out.append(Svg.legendWord(i, series.get(i).label()));
        }
        out.append("</span></figcaption>\n");
        svg(out);
        return out.append("</figure>\n").toString();
    }

    private void svg(StringBuilder out) {
        int first = Math.max(0, edge(true) - 1);
        int last = edge(false) + 1;
        double highest = 0;
        for (Series each : series) {
            for (int column : each.counts().keySet()) {
                highest = Math.max(highest, each.share(column));
            }
        }
        Axis y = Axis.covering(0, highest, HEIGHT - BOTTOM, TOP, 4);
        out.append(Svg.open(title, WIDTH, HEIGHT));
        for (double tick : y.ticks()) {
            if (tick >= 0) {
                out.append(Svg.gridLine(LEFT, y.place(tick), WIDTH - RIGHT, y.place(tick)));
                out.append(Svg.text(LEFT - 6, y.place(tick) + 4, "end", percent(tick)));
            }
        }
        for (int column : marks(first, last)) {
            String length = column == 0 ? "0" : Long.toString(1L << ((column - 1) / COLUMNS_PER_DOUBLING));
            out.append(Svg.text(x(column, first, last), HEIGHT - 8, "middle", length));
        }
        for (int i = 0; i < series.size(); i++) {
            out.append(outline(series.get(i), i, first, last, y));
        }
        out.append("</svg>\n");
    }

    private int edge(boolean first) {
        return series.stream()
                .mapToInt(
                        each -> first ? each.counts().firstKey() : each.counts().lastKey())
                .reduce((a, b) -> first ? Math.min(a, b) : Math.max(a, b))
                .orElse(0);
    }

    /** Columns that begin with a power of two, every so many of them. */
    private static List<Integer> marks(int first, int last) {
        List<Integer> marks = new ArrayList<>();
        for (int column = first; column <= last; column++) {
            if (column == 0 || (column - 1) % COLUMNS_PER_DOUBLING == 0) {
                marks.add(column);
            }
        }
        int every = (marks.size() + MARKS - 1) / MARKS;
        List<Integer> thinned = new ArrayList<>();
        for (int i = 0; i < marks.size(); i += every) {
            thinned.add(marks.get(i));
        }
        return thinned;
    }

    private static double x(int column, int first, int last) {
        return LEFT + (double) (column - first) / (last + 1 - first) * (WIDTH - RIGHT - LEFT);
    }

    private static String outline(Series series, int colour, int first, int last, Axis y) {
        StringBuilder path = new StringBuilder();
        path.append(String.format(Locale.ROOT, "M%.1f %.1f", x(first, first, last), y.place(0)));
        for (int column = first; column <= last; column++) {
            path.append(String.format(
                    Locale.ROOT, "V%.1fH%.1f", y.place(series.share(column)), x(column + 1, first, last)));
        }
        path.append(String.format(Locale.ROOT, "V%.1f", y.place(0)));
        return Svg.path("c" + colour, path, series.label());
    }

    private static String percent(double share) {
        return Numbers.plain(Math.round(share * 1e3) / 10.0) + "%";
    }
}
