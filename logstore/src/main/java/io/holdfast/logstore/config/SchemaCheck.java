package io.holdfast.logstore.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Validates a tree against the schema, and says in a router operator's words what the validator
 * found. Loading the validator is what costs time here, so nobody touches this class before there
 * is a tree.
 */
final class SchemaCheck {

  private final ConfigSchema schema;
  private final LocatedYaml yaml;
  private final Problems problems;

  private SchemaCheck(ConfigSchema schema, LocatedYaml yaml, Problems problems) {
    this.schema = schema;
    this.yaml = yaml;
    this.problems = problems;
  }

  static void check(ConfigSchema schema, JsonNode root, LocatedYaml yaml, Problems problems) {
    Schema compiled =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(schema.document());
    SchemaCheck check = new SchemaCheck(schema, yaml, problems);
    for (Error error : compiled.validate(root)) {
      check.report(error, root);
    }
  }

  private void report(Error error, JsonNode root) {
    String pointer = error.getInstanceLocation().toString();
    String fragment = error.getSchemaLocation().getFragment().toString();
    // The schema object that holds the keyword which failed.
    JsonNode rule = schema.document().at(fragment.substring(0, fragment.lastIndexOf('/')));
    JsonNode found = root.at(pointer);
    if (yaml.broken(pointer)) {
      return;
    }
    if (error.getEvaluationPath().toString().contains("/propertyNames")) {
      wrongNames(pointer, found);
      return;
    }
    switch (error.getKeyword()) {
      case "additionalProperties" -> unknownKey(pointer, error.getProperty(), rule);
      case "required" ->
          problems.add(
              yaml.value(pointer),
              "no key " + error.getProperty() + subject(pointer) + "; it is required");
      case "uniqueItems" ->
          problems.add(yaml.value(pointer), "an item stands twice" + subject(pointer));
      case "minItems" ->
          problems.add(
              yaml.value(pointer),
              "an empty list" + subject(pointer) + "; at least one item is required");
      default -> wrongValue(pointer, found, rule);
    }
  }

  private void unknownKey(String pointer, String key, JsonNode rule) {
    List<String> allowed = new ArrayList<>();
    rule.path("properties").fieldNames().forEachRemaining(allowed::add);
    problems.add(
        yaml.key(pointer + LocatedYaml.step(key)),
        "unknown key " + key + subject(pointer) + oneOf(key, allowed));
  }

  /** The validator does not say which name; all that the user chooses obey one rule. */
  private void wrongNames(String pointer, JsonNode found) {
    JsonNode rule = schema.document().at("/$defs/name");
    for (Map.Entry<String, JsonNode> entry : found.properties()) {
      if (!entry.getKey().matches(rule.path("pattern").asText())) {
        problems.add(
            yaml.key(pointer + LocatedYaml.step(entry.getKey())),
            shown(entry.getKey()) + subject(pointer) + "; allowed: " + ConfigSchema.allowed(rule));
      }
    }
  }

  private void wrongValue(String pointer, JsonNode found, JsonNode rule) {
    problems.add(yaml.value(pointer), describe(found) + subject(pointer) + choice(found, rule));
  }

  private static String choice(JsonNode found, JsonNode rule) {
    if (rule.has("enum")) {
      List<String> words = new ArrayList<>();
      rule.get("enum").forEach(word -> words.add(word.asText()));
      return oneOf(found.isValueNode() ? found.asText() : "", words);
    }
    return "; allowed: " + ConfigSchema.allowed(rule);
  }

  private static String oneOf(String found, List<String> allowed) {
    String meant = NearMiss.of(found, allowed).map(w -> "; did you mean " + w + "?").orElse(";");
    return meant + " allowed: " + String.join(", ", allowed);
  }

  private static String describe(JsonNode found) {
    return switch (found.getNodeType()) {
      case OBJECT -> "a mapping";
      case ARRAY -> "a list";
      case NULL, MISSING -> "nothing";
      default -> shown(found.asText());
    };
  }

  /** A value as it is shown in a message: short, and plainly a quotation. */
  private static String shown(String value) {
    String cut = value.length() > 60 ? value.substring(0, 60) + "..." : value;
    return "\"" + cut + "\"";
  }

  /** {@code " in failover.log"}, or nothing for the top level. */
  private static String subject(String pointer) {
    if (pointer.isEmpty()) {
      return " at the top level";
    }
    StringBuilder path = new StringBuilder();
    for (String step : pointer.substring(1).split("/", -1)) {
      String name = step.replace("~1", "/").replace("~0", "~");
      if (name.matches("[0-9]+")) {
        path.append('[').append(Integer.parseInt(name) + 1).append(']');
      } else {
        path.append(path.isEmpty() ? "" : ".").append(name);
      }
    }
    return " in " + path;
  }
}
