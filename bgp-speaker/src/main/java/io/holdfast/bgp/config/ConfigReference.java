package io.holdfast.bgp.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.logstore.config.ConfigSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Writes the reference of the configuration file, {@code docs/configuration.md}, from the schema:
 * {@code ConfigReference FILE}.
 */
public final class ConfigReference {

  private static final String HEAD =
      """
      # Configuration

      <!-- Generated from the schema by io.holdfast.bgp.config.ConfigReference. Do not edit. -->

      All daemons read one YAML file: `--config FILE`, else `/etc/holdfast/holdfast.yaml`. An example with comments is
      [config/example.yaml](../config/example.yaml). `holdfast --config FILE config check` tells everything that is wrong
      with a file, as `FILE:LINE:COLUMN: what was found; what is allowed`; a daemon tells the same and does not start
      (exit code 2). `bgpd` and `config check` check all of the file, `failoverd` and `logd` only the parts that they use;
      whether the files under `failover.log.tls` can be read is checked by those two alone. Where the log can be, with
      examples: [log.md](log.md).

      - Keys that are not listed here are errors. YAML aliases are not allowed, nor is a second document.
      - `true` and `false` are the only truth values; numbers are decimal.
      - A duration is a number and `ms`, `s`, `m` or `h`: `500ms`, `90s`, `10m`, `1h`.
      - A size is a number and `KiB`, `MiB` or `GiB`: `64MiB`.
      - A name has letters, digits, `.`, `_` and `-`, at most 63.
      - A path is relative to the folder of the file.

      Not there yet, and refused as unknown: `failover.standbys`, `failover.restore`, `failover.gate`,
      `failover.log.on-log-loss`, passwords of peers, forwarded services, peers over IPv6, and `fib.kernel: true`.

      | key | value | default | meaning |
      |---|---|---|---|
      """;

  private final ConfigSchema schema = SpeakerConfig.schema();
  private final StringBuilder text = new StringBuilder(HEAD);

  private ConfigReference() {}

  /** Writes the reference to the file named. */
  public static void main(String[] arguments) throws IOException {
    Files.writeString(Path.of(arguments[0]), markdown());
  }

  /** The whole page. */
  public static String markdown() {
    ConfigReference reference = new ConfigReference();
    reference.keys("", reference.schema.document());
    return reference.text.toString();
  }

  private void keys(String prefix, JsonNode mapping) {
    List<String> required = new ArrayList<>();
    mapping.path("required").forEach(name -> required.add(name.asText()));
    for (Map.Entry<String, JsonNode> entry : mapping.path("properties").properties()) {
      key(prefix + entry.getKey(), entry.getValue(), required.contains(entry.getKey()));
    }
  }

  private void key(String path, JsonNode said, boolean required) {
    JsonNode rule = schema.resolved(said);
    JsonNode standing = first(said, "default");
    text.append("| `")
        .append(path)
        .append("` | ")
        .append(value(rule))
        .append(" | ")
        .append(standing.isMissingNode() ? required ? "required" : "" : "`" + plain(standing) + "`")
        .append(" | ")
        .append(first(said, "description").asText().replace("|", "\\|"))
        .append(" |\n");
    below(path, rule);
  }

  private void below(String path, JsonNode rule) {
    JsonNode items = schema.resolved(rule.path("items"));
    JsonNode named = schema.resolved(rule.path("additionalProperties"));
    if (rule.has("properties")) {
      keys(path + ".", rule);
    } else if (items.has("properties")) {
      keys(path + "[].", items);
    } else if (named.isObject()) {
      key(path + ".NAME", rule.get("additionalProperties"), false);
    }
  }

  /** A word about the key where it stands, else the first along what it refers to. */
  private JsonNode first(JsonNode said, String keyword) {
    JsonNode at = said;
    while (!at.has(keyword) && at.has("$ref")) {
      at = schema.document().at(at.get("$ref").asText().substring(1));
    }
    return at.path(keyword);
  }

  private String value(JsonNode rule) {
    JsonNode items = schema.resolved(rule.path("items"));
    if (rule.has("enum")) {
      return choices(rule.get("enum"));
    }
    if (rule.path("type").asText().equals("array") && items.has("enum")) {
      return "a list of " + choices(items.get("enum"));
    }
    if (rule.path("type").asText().equals("array")
        && items.has("properties")
        && !rule.has("title")) {
      return "a list";
    }
    return ConfigSchema.allowed(rule);
  }

  private static String choices(JsonNode words) {
    List<String> choices = new ArrayList<>();
    words.forEach(word -> choices.add("`" + word.asText() + "`"));
    return String.join(", ", choices);
  }

  private static String plain(JsonNode value) {
    return value.isArray() ? value.toString().replace("\"", "") : value.asText();
  }
}
