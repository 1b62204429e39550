package io.trimtab.job.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** The frame around a page, and the pieces that all pages are made of. */
final class Page {
    private final StringBuilder body = new StringBuilder(1 << 16);
    private final String title;

    Page(String title) {
        this.title = title;
        body.append("<h1>").append(Html.escape(title)).append("</h1>\n");
    }

    Page add(String html) {
        body.append(html);
        return this;
    }

    Page heading(String text) {
        body.append("<h2>").append(Html.escape(text)).append("</h2>\n");
        return this;
    }

    Page paragraph(String text) {
        body.append("<p>").append(Html.escape(text)).append("</p>\n");
        return this;
    }

    Page tiles(Map<String, String> values) {
        body.append("<dl class=\"tiles\">");
        values.forEach((label, value) -> body.append("<div><dt>")
                .append(Html.escape(label))
                .append("</dt><dd>")
                .append(Html.escape(value))
                .append("</dd></div>"));
        body.append("</dl>\n");
        return this;
    }

    Page charts(List<LineChart> charts) {
        body.append("<div class=\"charts\">\n");
        charts.forEach(chart -> body.append(chart.html()));
        body.append("</div>\n");
        return this;
    }

    Page pairs(Map<String, String> values) {
        body.append("<table class=\"pairs\"><tbody>\n");
        values.forEach((label, value) -> body.append("<tr><th>")
                .append(Html.escape(label))
                .append("</th><td>")
                .append(Html.escape(value))
                .append("</td></tr>\n"));
        body.append("</tbody></table>\n");
        return this;
    }

    Page folded(String summary, String text) {
        body.append("<details><summary>").append(Html.escape(summary)).append("</summary><pre>");
        body.append(Html.escape(text)).append("</pre></details>\n");
        return this;
    }

    String html() {
        return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
                + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>"
                + Html.escape(title) + "</title>\n<style>\n" + style() + "</style>\n</head>\n<body>\n<main>\n" + body
                + "</main>\n</body>\n</html>\n";
    }

    private static String style() {
        try (InputStream css = Page.class.getResourceAsStream("report.css")) {
            if (css == null) {
                throw new IllegalStateException("Cannot make a page: report.css is missing from this build");
            }
            return new String(css.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
