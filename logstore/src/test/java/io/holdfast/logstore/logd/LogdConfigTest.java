package io.holdfast.logstore.logd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.holdfast.logstore.config.ConfigException;
import io.holdfast.logstore.config.HostPort;
import io.holdfast.logstore.config.LogConfig;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The section failover.log, as logd and failoverd read it. */
class LogdConfigTest {
  static final String TLS = "    tls: { certificate: a.pem, key: a.key, authority: ca.pem }\n";

  @TempDir Path folder;

  @BeforeEach
  void pemFiles() throws IOException {
    for (String name : List.of("a.pem", "a.key", "ca.pem")) {
      Files.writeString(folder.resolve(name), "");
    }
  }

  @Test
  void readsMembers() throws Exception {
    LogdConfig config =
        load(
            """
            version: 1
            runtime-directory: run
            peers: 7
            failover:
              queue: [ not logd's ]
              log:
                directory: log
                sync: true
                segment-size: 8MiB
                idle-limit: 168h
                member: c
                members:
                  - { id: a, address: "10.0.0.1:7790" }
                  - { id: b, address: "Log-B.example:7790", priority: 50 }
                  - { id: c, address: "[2001:DB8:0:0:0:0:0:3]:7790", priority: 0 }
            """
                + TLS);
    LogConfig.Tls tls =
        new LogConfig.Tls(
            folder.resolve("a.pem"), folder.resolve("a.key"), folder.resolve("ca.pem"));
    LogConfig.Member c = new LogConfig.Member("c", new HostPort("2001:db8::3", 7790), 0);
    assertThat(config.control()).isEqualTo(folder.resolve("run/logd.control"));
    assertThat(config.members().own()).isEqualTo(c);
    assertThat(config.log())
        .isEqualTo(
            new LogConfig(
                folder.resolve("log"),
                true,
                8 << 20,
                Optional.of(Duration.ofDays(7)),
                new LogConfig.Members(
                    "c",
                    List.of(
                        new LogConfig.Member("a", new HostPort("10.0.0.1", 7790), 100),
                        new LogConfig.Member("b", new HostPort("log-b.example", 7790), 50),
                        c),
                    tls)));
    assertThat(config.log().warnings()).isEmpty();
  }

  @Test
  void takesOneMemberThatServesOthers() throws Exception {
    LogdConfig config = load(members("{ id: a, address: \"10.0.0.1:7790\" }"));
    assertThat(config.members().all()).hasSize(1);
    assertThat(config.log().warnings()).isEmpty();
    assertThat(config.log().segmentBytes()).isEqualTo(64 << 20);
  }

  @Test
  void warnsOfAnEvenNumberOfMembers() throws Exception {
    String two = "{ id: a, address: \"h:1\" }, { id: b, address: \"h:2\" }";
    assertThat(load(members(two)).log().warnings())
        .singleElement()
        .asString()
        .contains("two members survive a loss only by hand");
    String four = two + ", { id: c, address: \"h:3\" }, { id: d, address: \"h:4\" }";
    assertThat(load(members(four)).log().warnings())
        .containsExactly(
            "failover.log.members: 4 members survive the loss of 1, no more than 3 would");
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.1:7790, 10.0.0.1, 7790",
    "[::1]:1, ::1, 1",
    "[0:0:1::]:65535, 0:0:1::, 65535",
    "[1:0:2:0:0:3:0:4]:5, 1:0:2::3:0:4, 5",
    "[1:0:2:3:4:5:6:7]:5, 1:0:2:3:4:5:6:7, 5",
    "[::]:9, ::, 9",
    "A-1.b:80, a-1.b, 80",
    "10.example:80, 10.example, 80",
  })
  void readsAnAddress(String text, String host, int port) {
    HostPort read = HostPort.parse(text).orElseThrow();
    assertThat(read).isEqualTo(new HostPort(host, port));
    assertThat(HostPort.parse(read.toString())).contains(read);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":",
        "a",
        "a:",
        "a:0",
        "a:65536",
        "a:-1",
        "a:1x",
        "::1:5",
        "[::1]",
        "[::1]5",
        "[]:5",
        "[::ffff:1.2.3.4]:5",
        "[1.2.3.4]:5",
        "[fe80::1%eth0]:5",
        "10.0.0:5",
        "10.0.0.256:5",
        "1:2:3",
        "a..b:5",
        "-a:5",
        "a-:5",
        "a b:5",
        "ä:5",
        "[::1:5",
        "a:123456"
      })
  void refusesWhatIsNoAddress(String text) {
    assertThat(HostPort.parse(text)).isEmpty();
  }

  /** A case is {@code === NAME}, the section's text, then lines {@code >>> LINE:COLUMN: TEXT}. */
  static Stream<Arguments> badFiles() throws IOException {
    List<Arguments> cases = new ArrayList<>();
    try (InputStream stream = LogdConfigTest.class.getResourceAsStream("bad-logs.txt")) {
      String all = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
      for (String one : all.split("(?m)^=== ")) {
        if (one.isBlank() || one.startsWith("#")) {
          continue;
        }
        List<String> told =
            one.lines().filter(l -> l.startsWith(">>> ")).map(l -> l.substring(4)).toList();
        StringBuilder text = new StringBuilder("version: 1\nfailover:\n  log:\n");
        one.lines()
            .skip(1)
            .filter(l -> !l.startsWith(">>> "))
            .forEach(l -> text.append(l.replace("TLS", TLS.strip())).append('\n'));
        cases.add(Arguments.of(one.lines().findFirst().orElseThrow(), text.toString(), told));
      }
    }
    return cases.stream();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badFiles")
  void tellsEachMistakeAtItsPlace(String name, String text, List<String> told) throws Exception {
    Path file = Files.writeString(folder.resolve("logd.yaml"), text);
    ConfigException wrong =
        catchThrowableOfType(ConfigException.class, () -> LogdConfig.load(file));
    assertThat(wrong).as("refused").isNotNull();
    assertThat(wrong.problems())
        .containsExactlyElementsOf(
            told.stream()
                .map(line -> file + ":" + line.replace("FOLDER", folder.toString()))
                .toList());
  }

  @Test
  void saysWhichKeyFileCannotBeRead() throws Exception {
    Files.delete(folder.resolve("a.key"));
    Files.delete(folder.resolve("ca.pem"));
    Files.createDirectory(folder.resolve("ca.pem"));
    assertThatThrownBy(() -> load(members("{ id: a, address: \"10.0.0.1:7790\" }")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll(
            "logd.yaml:6:37: " + folder.resolve("a.key") + ": no such file; a PEM file is needed",
            "logd.yaml:6:55: " + folder.resolve("ca.pem") + " is a folder; a PEM file is needed");
  }

  private static String members(String members) {
    return "version: 1\nfailover:\n  log:\n    member: a\n    members: [ " + members + " ]\n" + TLS;
  }

  private LogdConfig load(String text) throws IOException, ConfigException {
    return LogdConfig.load(Files.writeString(folder.resolve("logd.yaml"), text));
  }
}
