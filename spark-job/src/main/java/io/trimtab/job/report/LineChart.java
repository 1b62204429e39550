package io.trimtab.job.report;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * Curves over the training step as inline SVG. A noisy curve is drawn twice: thin as measured and
 * bold as a centered moving mean.
 *
 * @param key the metric's name in metrics.jsonl, shown small beside the title
 */
record LineChart(String title, String key, List<Curve> curves) {
    private static final int WIDTH = 440;
    private static final int HEIGHT = 220;
    private static final int LEFT = 50;
    private static final int RIGHT = 10;
    private static final int TOP = 10;
    private static final int BOTTOM = 26;
    private static final int MAX_POINTS = 400;

    LineChart {
        curves = curves.stream()
                .map(curve -> new Curve(curve.label(), curve.points().thinned(MAX_POINTS), curve.colour()))
                .toList();
        if (curves.isEmpty()) {
            throw new IllegalArgumentException("A chart needs a curve: " + title);
        }
    }

    String html() {
        StringBuilder out = new StringBuilder(8192);
        out.append("<figure><figcaption>").append(Html.escape(title));
        out.append(" <code>").append(Html.escape(key)).append("</code>");
        if (curves.size() > 1) {
            out.append("<span class=\"legend\">");
            curves.forEach(curve -> out.append(Svg.legendWord(curve.colour(), curve.label())));
            out.append("</span>");
        }
        out.append("</figcaption>\n");
        svg(out);
        return out.append("</figure>\n").toString();
    }

    private void svg(StringBuilder out) {
        Axis x = axis(Points::x, LEFT, WIDTH - RIGHT, 6);
        Axis y = axis(Points::y, HEIGHT - BOTTOM, TOP, 5);
        out.append(Svg.open(title, WIDTH, HEIGHT));
        for (double tick : y.ticks()) {
            double at = y.place(tick);
            out.append(Svg.gridLine(LEFT, at, WIDTH - RIGHT, at));
            out.append(Svg.text(LEFT - 6, at + 4, "end", Numbers.tick(tick, y.step())));
        }
        for (double tick : x.ticks()) {
            if (tick >= 0) {
                out.append(Svg.text(x.place(tick), HEIGHT - 8, "middle", Numbers.tick(tick, x.step())));
            }
        }
        for (Curve curve : curves) {
            draw(out, curve, x, y);
        }
        out.append("</svg>\n");
    }

    private Axis axis(Function<Points, double[]> values, double from, double to, int ticks) {
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (Curve curve : curves) {
            for (double value : values.apply(curve.points())) {
                low = Math.min(low, value);
                high = Math.max(high, value);
            }
        }
        return Axis.covering(low, high, from, to, ticks);
    }

    private void draw(StringBuilder out, Curve curve, Axis x, Axis y) {
        Points points = curve.points();
        if (points.isNoisy()) {
            out.append(polyline(points, x, y, "raw c" + curve.colour(), curve.label()));
            points = points.smoothed(points.size() / 25);
        }
        out.append(polyline(points, x, y, "c" + curve.colour(), curve.label()));
    }

    private static String polyline(Points points, Axis x, Axis y, String style, String label) {
        StringBuilder path = new StringBuilder();
        for (int i = 0; i < points.size(); i++) {
            path.append(i == 0 ? 'M' : 'L');
            path.append(String.format(Locale.ROOT, "%.1f %.1f", x.place(points.x()[i]), y.place(points.y()[i])));
        }
        if (points.size() == 1) {
            path.append("h0.1");
        }
        return Svg.path(style, path, label);
    }
}
