package io.holdfast.bgp.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigReferenceTest {

  @Test
  void isWhatStandsInTheDocumentation() throws Exception {
    assertThat(Path.of("../docs/configuration.md"))
        .as("write it anew: java ... %s docs/configuration.md", ConfigReference.class.getName())
        .hasContent(ConfigReference.markdown());
  }

  /** The schema repeats the models' defaults; whoever changes one must change both. */
  @Test
  void tellsTheDefaultsThatTheModelsHave(@TempDir Path folder) throws Exception {
    JsonNode schema = SpeakerConfig.schema().document();
    Path without = folder.resolve("without.yaml");
    Path written = folder.resolve("written.yaml");
    String peer = "peers: [ { name: a, address: 10.0.0.1, as: 65001";
    Files.writeString(
        without, "version: 1\nrouter: { as: 65002, router-id: 10.0.0.2 }\n" + peer + " } ]\n");
    String text = "version: 1\nrouter: { as: 65002, router-id: 10.0.0.2, port: %s }\n";
    text = text.formatted(schema.at("/properties/router/properties/port/default"));
    text += "runtime-directory: " + schema.at("/$defs/runtime-directory/default").asText();
    text += "\ntransport: " + schema.at("/properties/transport/default").asText();
    text += "\nfib: { kernel: " + schema.at("/properties/fib/properties/kernel/default") + " }";
    text += "\nfailover: {" + defaults(schema.at("/properties/failover/properties"));
    text += ", log: {" + defaults(schema.at("/$defs/failover-log/properties")) + "}}\n";
    text += peer + ", " + defaults(schema.at("/$defs/template/properties")) + " } ]\n";
    Files.writeString(written, text);
    SpeakerConfig expected = SpeakerConfig.load(without);
    SpeakerConfig found = SpeakerConfig.load(written);
    assertThat(found.router()).isEqualTo(expected.router());
    assertThat(found.peers()).isEqualTo(expected.peers());
    assertThat(found.failover())
        .usingRecursiveComparison()
        .ignoringFields("file")
        .isEqualTo(expected.failover());
  }

  private static String defaults(JsonNode properties) {
    StringBuilder text = new StringBuilder();
    properties
        .properties()
        .forEach(
            p -> {
              if (p.getValue().has("default")) {
                text.append(text.isEmpty() ? "" : ", ")
                    .append(p.getKey())
                    .append(": ")
                    .append(p.getValue().get("default"));
              }
            });
    return text.toString();
  }
}
