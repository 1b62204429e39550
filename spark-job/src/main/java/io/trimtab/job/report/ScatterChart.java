package io.trimtab.job.report;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** Models as points between what alignment gains and what it costs; up and to the right is better. */
record ScatterChart(String across, String up, List<Mark> marks) {
    /** The colour of what is not one of the compared runs. */
    static final int NEUTRAL = -1;

    private static final int WIDTH = 560;
    private static final int HEIGHT = 300;

    /**
     * One model.
     *
     * @param colour as its curves have, or {@link #NEUTRAL}
     */
    record Mark(String label, double x, double y, int colour) {}

    ScatterChart {
        marks = List.copyOf(marks);
    }

    String html() {
        if (marks.isEmpty()) {
            return "";
        }
        Axis x = axis(Mark::x, 50, WIDTH - 90);
        Axis y = axis(Mark::y, HEIGHT - 40, 14);
        StringBuilder out = new StringBuilder(4096);
        out.append("<figure class=\"scatter\"><figcaption>").append(Html.escape(up + " against " + across));
        out.append(" <span class=\"note\">up and to the right is better</span></figcaption>\n");
        out.append(Svg.open(up + " against " + across, WIDTH, HEIGHT));
        for (double tick : y.ticks()) {
            out.append(Svg.gridLine(50, y.place(tick), WIDTH - 10, y.place(tick)));
            out.append(Svg.text(44, y.place(tick) + 4, "end", Numbers.tick(tick, y.step())));
        }
        for (double tick : x.ticks()) {
            out.append(Svg.gridLine(x.place(tick), 14, x.place(tick), HEIGHT - 40));
            out.append(Svg.text(x.place(tick), HEIGHT - 24, "middle", Numbers.tick(tick, x.step())));
        }
        out.append(Svg.text((50 + WIDTH) / 2.0, HEIGHT - 6, "middle", across + " \u2192"));
        for (Mark mark : marks) {
            String style = mark.colour() == NEUTRAL ? "neutral" : "c" + mark.colour();
            out.append(String.format(
                    Locale.ROOT,
                    "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"6\"/>\n",
                    style,
                    x.place(mark.x()),
                    y.place(mark.y())));
            out.append(Svg.text(x.place(mark.x()) + 10, y.place(mark.y()) + 4, "start", mark.label()));
        }
        return out.append("</svg></figure>\n").toString();
    }

    private Axis axis(ToDoubleFunction<Mark> value, double from, double to) {
        double low = marks.stream().mapToDouble(value).min().orElseThrow();
        double high = marks.stream().mapToDouble(value).max().orElseThrow();
        return Axis.covering(low, high, from, to, 6);
    }
}
