package io.trimtab.job.report;

import java.util.Locale;

/** Parts that every inline drawing has. Coordinates are its own units, x to the right and y downwards. */
final class Svg {
    private Svg() {}

    /** The opening tag, named for readers that cannot see the drawing. */
    static String open(String title, int width, int height) {
        return String.format(
                Locale.ROOT,
                "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">\n",
                width,
                height,
                Html.escape(title));
    }

    static String gridLine(double x1, double y1, double x2, double y2) {
        return String.format(Locale.ROOT, "<path class=\"grid\" d=\"M%.1f %.1fL%.1f %.1f\"/>\n", x1, y1, x2, y2);
    }

    static String text(double x, double y, String anchor, String text) {
        return String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n",
                x,
                y,
                anchor,
                Html.escape(text));
    }

    /** A path that shows its label when pointed at. */
    static String path(String style, CharSequence path, String label) {
        return "<path class=\"" + style + "\" d=\"" + path + "\"><title>" + Html.escape(label) + "</title></path>\n";
    }

    /** One word of a legend, in its curve's colour. */
    static String legendWord(int colour, String label) {
        return "<span class=\"c" + colour + "\">" + Html.escape(label) + "</span>";
    }
}
