package io.holdfast.bgp.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Columns of text, aligned, two spaces between them; numbers to the right. */
final class Table {

  private final List<String> headings;
  private final List<List<String>> rows = new ArrayList<>();

  Table(String... headings) {
    this.headings = List.of(headings);
  }

  void row(String... cells) {
    rows.add(Arrays.stream(cells).map(Table::printable).toList());
  }

  boolean isEmpty() {
    return rows.isEmpty();
  }

  @Override
  public String toString() {
    int[] widths = new int[headings.size()];
    boolean[] numbers = new boolean[headings.size()];
    Arrays.fill(numbers, !rows.isEmpty());
    for (int column = 0; column < widths.length; column++) {
      widths[column] = headings.get(column).length();
      for (List<String> row : rows) {
        widths[column] = Math.max(widths[column], row.get(column).length());
        numbers[column] &= row.get(column).matches("-|[0-9]+%?");
      }
    }
    StringBuilder text = new StringBuilder();
    line(text, headings, widths, numbers);
    rows.forEach(row -> line(text, row, widths, numbers));
    return text.toString();
  }

  private static void line(
      StringBuilder text, List<String> cells, int[] widths, boolean[] numbers) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < widths.length; column++) {
      String padding = " ".repeat(widths[column] - cells.get(column).length());
      line.append(numbers[column] ? padding : "")
          .append(cells.get(column))
          .append(numbers[column] ? "" : padding)
          .append("  ");
    }
    text.append(line.toString().stripTrailing()).append('\n');
  }

  /** Names and reasons may come from a peer; a terminal gets no control characters from there. */
  static String printable(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }
}
