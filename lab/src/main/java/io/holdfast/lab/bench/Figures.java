package io.holdfast.lab.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** What a bench found, as a table for people or as JSON for programs. */
public final class Figures {
  /** Changes when a program that reads the JSON would have to. */
  static final int SCHEMA = 1;

  private static final String ROW = "%-52s %10s %-6s %-16s %-7s %10s %10s %4s%n";

  private final String bench;
  private final Surroundings where;
  private final List<Figure> figures;

  /** The figures of a bench, in the order in which they are shown. */
  public Figures(String bench, Surroundings where, List<Figure> figures) {
    this.bench = bench;
    this.where = where;
    this.figures = List.copyOf(figures);
  }

  /** Whether every required figure holds. */
  public boolean hold() {
    return figures.stream().noneMatch(Figure::fails);
  }

  /** Prints the table. */
  public void print(PrintWriter out) {
    out.printf("lab/bench %s, %s%n%n", bench, where);
    out.printf(ROW, "figure", "median", "unit", "aim", "holds", "min", "max", "runs");
    for (Figure figure : figures) {
      out.printf(
          ROW,
          figure.name(),
          number(figure.value()),
          figure.unit(),
          figure.aim() == null ? "-" : figure.aim(),
          verdict(figure),
          number(figure.min()),
          number(figure.max()),
          figure.runs().size());
    }
    out.println();
    out.println(hold() ? "Every required figure holds." : "NOT every required figure holds.");
    out.flush();
  }

  private static String verdict(Figure figure) {
    if (figure.aim() == null) {
      return "-";
    }
    return figure.holds() ? "yes" : figure.fails() ? "FAILED" : "missed";
  }

  /** Four digits or so: 0.987, 12.3, 456. */
  private static String number(double value) {
    double size = Math.abs(value);
    return String.format(Locale.ROOT, size < 10 ? "%.3f" : size < 100 ? "%.1f" : "%.0f", value);
  }

  /** The same as one JSON object. */
  public ObjectNode json() {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("v", SCHEMA).put("bench", bench).put("holds", hold());
    where.describe(root.putObject("surroundings"));
    ArrayNode list = root.putArray("figures");
    for (Figure figure : figures) {
      ObjectNode node = list.addObject();
      node.put("name", figure.name()).put("value", figure.value()).put("unit", figure.unit());
      Aim aim = figure.aim();
      if (aim == null) {
        node.putNull("aim").putNull("holds");
      } else {
        node.putObject("aim")
            .put(aim.atLeast() ? "atLeast" : "atMost", aim.bound())
            .put("required", aim.required());
        node.put("holds", figure.holds());
      }
      node.put("min", figure.min()).put("max", figure.max());
      ArrayNode runs = node.putArray("runs");
      figure.runs().forEach(runs::add);
    }
    return root;
  }
}
