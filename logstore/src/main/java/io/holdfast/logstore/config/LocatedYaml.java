package io.holdfast.logstore.config;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.JacksonYAMLParseException;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A YAML document as a tree, with the place of each key and each value by JSON pointer (RFC 6901).
 * Duplicate keys and aliases are noted as problems and left out of the tree, so that reading goes
 * on; an error of syntax ends it.
 */
final class LocatedYaml {

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** Deep enough for any configuration, shallow enough for any stack. */
  private static final int DEEPEST = 64;

  private final Problems problems;
  private final YAMLParser parser;
  private final Map<String, Mark> keys = new HashMap<>();
  private final Map<String, Mark> values = new HashMap<>();
  private final Set<String> broken = new HashSet<>();
  private @Nullable JsonNode root;

  private LocatedYaml(YAMLParser parser, Problems problems) {
    this.parser = parser;
    this.problems = problems;
  }

  /** Reads {@code text}; what is wrong is added to {@code problems}. */
  static LocatedYaml read(String text, Problems problems) {
    try (YAMLParser parser = new YAMLFactory().createParser(text)) {
      LocatedYaml yaml = new LocatedYaml(parser, problems);
      yaml.readDocument();
      return yaml;
    } catch (IOException e) {
      // Only createParser and close can bring us here, and they work on a String.
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** The tree, or null if the text is no YAML. */
  @Nullable JsonNode root() {
    return root;
  }

  /** True where the value is not what the file says, and a problem has been noted for it. */
  boolean broken(String pointer) {
    return broken.contains(pointer);
  }

  Mark value(String pointer) {
    return values.getOrDefault(pointer, Mark.START);
  }

  Mark key(String pointer) {
    Mark mark = keys.get(pointer);
    return mark == null ? value(pointer) : mark;
  }

  /** {@code name} as a step of a JSON pointer. */
  static String step(String name) {
    return "/" + name.replace("~", "~0").replace("/", "~1");
  }

  private void readDocument() throws IOException {
    try {
      if (parser.nextToken() == null) {
        problems.add(
            Mark.START, "an empty file; it must hold keys and values, see config/example.yaml");
        return;
      }
      root = read("", 0);
      if (parser.nextToken() != null) {
        problems.add(here(), "a second YAML document; only one is allowed");
      }
    } catch (JacksonYAMLParseException e) {
      root = null;
      problems.add(place(e), syntax(e));
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      root = null;
      problems.add(mark(e.getLocation()), "not YAML: " + e.getOriginalMessage());
    } catch (org.yaml.snakeyaml.error.MarkedYAMLException e) {
      root = null;
      var at = e.getProblemMark();
      problems.add(
          at == null ? here() : new Mark(at.getLine() + 1, at.getColumn() + 1),
          "not YAML: " + e.getProblem());
    } catch (org.yaml.snakeyaml.error.YAMLException e) {
      root = null;
      problems.add(here(), "not YAML: " + e.getMessage());
    }
  }

  private JsonNode read(String pointer, int depth) throws IOException {
    values.put(pointer, here());
    if (parser.isCurrentAlias()) {
      problems.add(here(), "an alias (*" + parser.getText() + "); write the value out");
      broken.add(pointer);
      return NODES.nullNode();
    }
    if (depth > DEEPEST) {
      problems.add(here(), "nested deeper than " + DEEPEST + " levels");
      broken.add(pointer);
      parser.skipChildren();
      return NODES.nullNode();
    }
    JsonToken token = parser.currentToken();
    return switch (token) {
      case START_OBJECT -> readMapping(pointer, depth);
      case START_ARRAY -> readSequence(pointer, depth);
      case VALUE_NUMBER_INT, VALUE_TRUE, VALUE_FALSE -> plain(token, parser.getText());
      case VALUE_NUMBER_FLOAT -> NODES.numberNode(parser.getDoubleValue());
      case VALUE_NULL -> NODES.nullNode();
      default -> NODES.textNode(parser.getText());
    };
  }

  /** YAML 1.1 also has 010 (which is eight), 1_000, 1:30, yes and off; here these are text. */
  private static JsonNode plain(JsonToken token, String text) {
    if (token == JsonToken.VALUE_NUMBER_INT && text.matches("-?(0|[1-9][0-9]*)")) {
      return NODES.numberNode(new BigInteger(text));
    }
    if (token != JsonToken.VALUE_NUMBER_INT && (text.equals("true") || text.equals("false"))) {
      return NODES.booleanNode(text.equals("true"));
    }
    return NODES.textNode(text);
  }

  private ObjectNode readMapping(String pointer, int depth) throws IOException {
    ObjectNode mapping = NODES.objectNode();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      String child = pointer + step(key);
      Mark first = keys.get(child);
      Mark here = here();
      parser.nextToken();
      if (first != null) {
        problems.add(
            here, "the key " + key + " again; it stands in line " + first.line() + " already");
        parser.skipChildren();
        continue;
      }
      keys.put(child, here);
      mapping.set(key, read(child, depth + 1));
    }
    return mapping;
  }

  private ArrayNode readSequence(String pointer, int depth) throws IOException {
    ArrayNode sequence = NODES.arrayNode();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      sequence.add(read(pointer + "/" + sequence.size(), depth + 1));
    }
    return sequence;
  }

  private Mark here() {
    return mark(parser.currentTokenLocation());
  }

  private static Mark mark(@Nullable JsonLocation at) {
    return at == null
        ? Mark.START
        : new Mark(Math.max(1, at.getLineNr()), Math.max(1, at.getColumnNr()));
  }

  /** Jackson gives the place where the surrounding thing began; the cause knows better. */
  private static Mark place(JacksonYAMLParseException e) {
    if (e.getCause() instanceof org.yaml.snakeyaml.error.MarkedYAMLException marked
        && marked.getProblemMark() != null) {
      return new Mark(
          marked.getProblemMark().getLine() + 1, marked.getProblemMark().getColumn() + 1);
    }
    return mark(e.getLocation());
  }

  /** SnakeYAML's message goes on for lines with an excerpt; its first two say what is wrong. */
  private static String syntax(JacksonYAMLParseException e) {
    String message = e.getOriginalMessage();
    if (e.getCause() instanceof org.yaml.snakeyaml.error.MarkedYAMLException marked
        && marked.getProblem() != null) {
      message = marked.getProblem();
    }
    if (message.contains("'\\t(TAB)'") || message.contains("\\t")) {
      return "a tab; indent with spaces";
    }
    return "not YAML: " + message.lines().findFirst().orElse("cannot be parsed");
  }
}
