package io.holdfast.logstore.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * The schema of the file as one daemon knows it: fragments (each {@code title}, {@code required},
 * {@code properties} of the top level, {@code $defs}) composed into one document of JSON Schema
 * 2020-12. References between fragments go through {@code $defs}.
 */
public final class ConfigSchema {

  /**
   * One module's part of the schema, a resource beside a class of that module.
   *
   * @param owner the class beside which the resource lies
   * @param resource its name, relative to the class
   */
  public record Fragment(Class<?> owner, String resource) {

    private ObjectNode read() {
      try (InputStream stream = owner.getResourceAsStream(resource)) {
        if (stream == null) {
          throw new IllegalStateException("no resource " + resource + " beside " + owner);
        }
        return (ObjectNode) JSON.readTree(stream);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Values that all parts use (durations, names), and the log. */
  public static final Fragment LOG = new Fragment(ConfigSchema.class, "schema.json");

  private static final JsonMapper JSON = new JsonMapper();

  private final ObjectNode document;

  private ConfigSchema(ObjectNode document) {
    this.document = document;
  }

  /** For those who know every part: a top-level key of no fragment is an error. */
  public static ConfigSchema complete(List<Fragment> fragments) {
    return compose(fragments, true);
  }

  /**
   * For a daemon that knows some parts: top-level keys of other modules are none of its business.
   */
  public static ConfigSchema partial(List<Fragment> fragments) {
    return compose(fragments, false);
  }

  private static ConfigSchema compose(List<Fragment> fragments, boolean complete) {
    ObjectNode document = JSON.createObjectNode();
    document.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    document.put("type", "object");
    if (complete) {
      document.put("additionalProperties", false);
    }
    for (Fragment fragment : fragments) {
      ObjectNode part = fragment.read();
      document.withArray("required").addAll(part.withArray("required"));
      document.withObject("/properties").setAll(part.withObject("/properties"));
      document.withObject("/$defs").setAll(part.withObject("/$defs"));
    }
    return new ConfigSchema(document);
  }

  /** The composed schema. Not to be changed. */
  public JsonNode document() {
    return document;
  }

  /**
   * The schema that {@code node} stands for, once its {@code $ref} (of this document) is followed.
   */
  public JsonNode resolved(JsonNode node) {
    JsonNode at = node;
    while (at.has("$ref")) {
      at = document.at(at.get("$ref").asText().substring(1));
    }
    return at;
  }

  /** What a schema allows, in words; for messages and for the reference. */
  public static String allowed(JsonNode rule) {
    if (rule.has("title")) {
      return rule.get("title").asText();
    }
    if (rule.has("const")) {
      return rule.get("const").asText();
    }
    return switch (rule.path("type").asText()) {
      case "boolean" -> "true, false";
      case "integer" ->
          "a number from " + rule.path("minimum").asText() + " to " + rule.path("maximum").asText();
      case "array" -> "a list";
      case "object" -> "a mapping";
      default -> "text";
    };
  }
}
