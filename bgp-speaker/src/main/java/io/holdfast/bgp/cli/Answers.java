package io.holdfast.bgp.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** Reads fields of an answer as text for people: {@code -} where there is nothing. */
final class Answers {

  private Answers() {}

  static String text(JsonNode node, String pointer) {
    JsonNode value = node.at(pointer);
    if (value.isMissingNode() || value.isNull()) {
      return "-";
    }
    return Table.printable(value.isContainerNode() ? value.toString() : value.asText());
  }

  static String list(JsonNode node, String pointer) {
    List<String> items = new ArrayList<>();
    node.at(pointer).forEach(item -> items.add(Table.printable(item.asText())));
    return items.isEmpty() ? "-" : String.join(", ", items);
  }

  static String yes(JsonNode node, String pointer) {
    return node.at(pointer).asBoolean() ? "yes" : "no";
  }

  /** {@code 02:11:09}, {@code 3d04h}, {@code 12w3d}, as routers write it. */
  static String duration(JsonNode node, String pointer) {
    JsonNode value = node.at(pointer);
    return value.isNumber() ? duration(value.asLong()) : "-";
  }

  static String duration(long seconds) {
    long days = seconds / 86_400;
    if (days >= 7) {
      return days / 7 + "w" + days % 7 + "d";
    }
    if (days > 0) {
      return "%dd%02dh".formatted(days, seconds / 3_600 % 24);
    }
    return "%02d:%02d:%02d".formatted(seconds / 3_600, seconds / 60 % 60, seconds % 60);
  }
}
