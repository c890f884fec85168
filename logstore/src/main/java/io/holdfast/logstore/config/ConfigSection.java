package io.holdfast.logstore.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A mapping of the file, with its place. Values that the schema has refused already read as absent,
 * so that checks of meaning can go on beyond them.
 */
public final class ConfigSection {

  private final ConfigFile file;
  private final JsonNode node;
  private final String pointer;

  ConfigSection(ConfigFile file, JsonNode node, String pointer) {
    this.file = file;
    this.node = node.isObject() ? node : JsonNodeFactory.instance.objectNode();
    this.pointer = pointer;
  }

  public boolean has(String key) {
    return node.has(key);
  }

  public Optional<String> text(String key) {
    JsonNode value = node.path(key);
    return value.isTextual() ? Optional.of(value.textValue()) : Optional.empty();
  }

  /** A whole number that fits a long. */
  public Optional<Long> number(String key) {
    JsonNode value = node.path(key);
    return value.isIntegralNumber() && value.canConvertToLong()
        ? Optional.of(value.longValue())
        : Optional.empty();
  }

  public Optional<Boolean> flag(String key) {
    JsonNode value = node.path(key);
    return value.isBoolean() ? Optional.of(value.booleanValue()) : Optional.empty();
  }

  /** {@code 500ms}, {@code 90s}, {@code 10m}, {@code 1h}. */
  public Optional<Duration> duration(String key) {
    return text(key).flatMap(ConfigSection::parsed);
  }

  private static Optional<Duration> parsed(String text) {
    if (!text.matches("[0-9]{1,9}(ms|s|m|h)")) {
      return Optional.empty();
    }
    int digits = 0;
    while (Character.isDigit(text.charAt(digits))) {
      digits++;
    }
    long amount = Long.parseLong(text.substring(0, digits));
    return Optional.of(
        switch (text.substring(digits)) {
          case "ms" -> Duration.ofMillis(amount);
          case "s" -> Duration.ofSeconds(amount);
          case "m" -> Duration.ofMinutes(amount);
          default -> Duration.ofHours(amount);
        });
  }

  /** {@code 512KiB}, {@code 64MiB}, {@code 1GiB}, in bytes. */
  public Optional<Long> size(String key) {
    return text(key)
        .filter(text -> text.matches("[0-9]{1,7}(KiB|MiB|GiB)"))
        .map(
            text -> {
              long amount = Long.parseLong(text.substring(0, text.length() - 3));
              return switch (text.charAt(text.length() - 3)) {
                case 'K' -> amount << 10;
                case 'M' -> amount << 20;
                default -> amount << 30;
              };
            });
  }

  /** The mapping under {@code key}; an empty one if there is none. */
  public ConfigSection section(String key) {
    return new ConfigSection(file, node.path(key), pointer + LocatedYaml.step(key));
  }

  /** The mappings in the list under {@code key}; what is no mapping is left out. */
  public List<ConfigSection> sections(String key) {
    List<ConfigSection> sections = new ArrayList<>();
    JsonNode list = node.path(key);
    for (int i = 0; list.isArray() && i < list.size(); i++) {
      if (list.get(i).isObject()) {
        sections.add(
            new ConfigSection(file, list.get(i), pointer + LocatedYaml.step(key) + "/" + i));
      }
    }
    return sections;
  }

  /** Each key of this mapping whose value is a mapping. */
  public Map<String, ConfigSection> sectionsByName() {
    Map<String, ConfigSection> sections = new LinkedHashMap<>();
    for (String name : names()) {
      if (node.get(name).isObject()) {
        sections.put(name, section(name));
      }
    }
    return sections;
  }

  /** The keys, in the file's order. */
  public List<String> names() {
    List<String> names = new ArrayList<>();
    node.fieldNames().forEachRemaining(names::add);
    return names;
  }

  /** The texts in the list under {@code key}; empty where an item is something else. */
  public List<Optional<String>> texts(String key) {
    List<Optional<String>> texts = new ArrayList<>();
    JsonNode list = node.path(key);
    for (int i = 0; list.isArray() && i < list.size(); i++) {
      texts.add(list.get(i).isTextual() ? Optional.of(list.get(i).textValue()) : Optional.empty());
    }
    return texts;
  }

  /**
   * Notes a problem at the value of {@code key}.
   *
   * @param text {@code what was found; what is allowed}
   */
  public void problem(String key, String text) {
    file.problems().add(file.yaml().value(pointer + LocatedYaml.step(key)), text);
  }

  /** Notes a problem at an item of the list under {@code key}. */
  public void problem(String key, int index, String text) {
    file.problems().add(file.yaml().value(pointer + LocatedYaml.step(key) + "/" + index), text);
  }

  /** Notes a problem at this mapping itself. */
  public void problem(String text) {
    file.problems().add(file.yaml().value(pointer), text);
  }

  /**
   * Notes that {@code found}, the value of {@code key}, is not the name of any {@code what}.
   *
   * @param known the names that exist
   */
  public void unknownName(String key, String what, String found, List<String> known) {
    String meant = NearMiss.of(found, known).map(w -> "; did you mean " + w + "?").orElse(";");
    problem(
        key,
        "no "
            + what
            + " is called \""
            + found
            + "\""
            + meant
            + (known.isEmpty()
                ? " there is no " + what + " in this file"
                : " allowed: " + String.join(", ", known)));
  }

  /** The line of the value of {@code key}, from 1. */
  public int line(String key) {
    return file.yaml().value(pointer + LocatedYaml.step(key)).line();
  }
}
