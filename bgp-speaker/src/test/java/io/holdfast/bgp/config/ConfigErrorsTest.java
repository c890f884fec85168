package io.holdfast.bgp.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.holdfast.failover.daemon.FailoverConfig;
import io.holdfast.logstore.config.ConfigException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every mistake that bad-files.txt knows is told in its one line, at its place. */
class ConfigErrorsTest {

  @TempDir Path folder;

  /** A case is {@code === NAME}, the file's text, then lines {@code >>> LINE:COLUMN: TEXT}. */
  static Stream<Arguments> badFiles() throws IOException {
    List<Arguments> cases = new ArrayList<>();
    try (InputStream stream = ConfigErrorsTest.class.getResourceAsStream("bad-files.txt")) {
      String all = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
      for (String one : all.split("(?m)^=== ")) {
        if (one.isBlank() || one.startsWith("#")) {
          continue;
        }
        String name = one.lines().findFirst().orElseThrow();
        List<String> told =
            one.lines().filter(l -> l.startsWith(">>> ")).map(l -> l.substring(4)).toList();
        StringBuilder text = new StringBuilder();
        one.lines()
            .skip(1)
            .filter(l -> !l.startsWith(">>> "))
            .forEach(l -> text.append(l.replace("<TAB>", "\t")).append('\n'));
        String file =
            text.toString().startsWith("GOOD\n") ? good(text.toString()) : text.toString();
        cases.add(Arguments.of(name, file, told));
      }
    }
    return cases.stream();
  }

  private static String good(String text) {
    return "version: 1\nrouter: { as: 65002, router-id: 10.0.0.2 }\n" + text.substring(5);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badFiles")
  void tellsEachMistakeAtItsPlace(String name, String text, List<String> told) throws IOException {
    Path file = Files.writeString(folder.resolve("holdfast.yaml"), text);
    ConfigException wrong =
        catchThrowableOfType(ConfigException.class, () -> SpeakerConfig.load(file));
    assertThat(wrong).as("refused").isNotNull();
    assertThat(wrong.problems())
        .containsExactlyElementsOf(told.stream().map(line -> file + ":" + line).toList());
  }

  @Test
  void knowsAtLeastFortyBadFiles() throws IOException {
    assertThat(badFiles().count()).isGreaterThanOrEqualTo(40);
  }

  @Test
  void saysThatAFileIsMissing() {
    Path file = folder.resolve("none.yaml");
    assertThat(problems(file)).containsExactly(file + ": no such file; name one with --config");
  }

  @Test
  void saysThatAFileIsAFolder() {
    assertThat(problems(folder))
        .containsExactly(folder + ": is a folder; a configuration file is needed");
  }

  @Test
  void saysThatAFileIsNoText() throws IOException {
    Path file = Files.write(folder.resolve("x.yaml"), new byte[] {'a', (byte) 0xff, (byte) 0xfe});
    assertThat(problems(file)).containsExactly(file + ": is not UTF-8 text");
  }

  @Test
  void leavesOtherModulesPartsAloneInFailoverd() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("x.yaml"), "version: 1\npeers: 7\nwhatever: { a: b }\nrouter: none\n");
    assertThat(FailoverConfig.load(file).queue()).isEqualTo(179);
  }

  @Test
  void isStrictInFailoverdAboutItsOwnPart() throws Exception {
    Path file = Files.writeString(folder.resolve("x.yaml"), "version: 1\nfailover: {quue: 3}\n");
    ConfigException wrong =
        catchThrowableOfType(ConfigException.class, () -> FailoverConfig.load(file));
    assertThat(wrong)
        .hasMessage(
            file
                + ":2:12: unknown key quue in failover; did you mean queue? allowed: supervise,"
                + " stand-in-limit, queue, ring, log");
  }

  private static List<String> problems(Path file) {
    return catchThrowableOfType(ConfigException.class, () -> SpeakerConfig.load(file)).problems();
  }
}
