package io.holdfast.lab.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Histories that are kept, and checked again. */
class HistoryFileTest {
  private static final BatchId ID = new BatchId("a", 3, 7);

  @TempDir Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private int check(Path... files) {
    String[] arguments = Stream.of(files).map(Path::toString).toArray(String[]::new);
    out.reset();
    PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    return HistoryMain.run(arguments, stream, stream);
  }

  private String said() {
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void whatWasRecordedIsRead() throws IOException {
    for (long seed = 0; seed < 20; seed++) {
      Path file = folder.resolve(seed + ".jsonl");
      History history = RandomHistory.of(seed);
      try (HistoryRecorder recorder = HistoryRecorder.to(file)) {
        recorder.history(history);
      }
      assertThat(HistoryFile.read(List.of(file))).isEqualTo(history);
      assertThat(check(file)).isZero();
    }
    assertThat(said()).contains("acknowledged", "holds").doesNotContain("does not");
  }

  @Test
  void eachProcessHasItsOwnFileAndOneThatWasKilledIsIndeterminate() throws IOException {
    Path client = folder.resolve("client");
    Path result = folder.resolve("result");
    try (HistoryRecorder recorder = HistoryRecorder.to(client)) {
      recorder.invoked(ID, 0, 10, "x", 1);
    }
    Files.writeString(client, "{\"kind\":\"ok\",\"client\":\"a\",\"epo", StandardOpenOption.APPEND);
    try (HistoryRecorder recorder = HistoryRecorder.to(result)) {
      recorder.log(0);
      recorder.batch(new Batch(0, 10, "x", 1, 3, ID));
    }

    assertThat(HistoryFile.read(List.of(result, client)).appends())
        .containsExactly(new Append(ID, 0, 10, "x", 1, Long.MAX_VALUE, Outcome.INDETERMINATE));
    assertThat(check(result, client)).isZero();
  }

  @Test
  void aHistoryThatDoesNotHoldIsExitCodeOne() throws IOException {
    Path file = folder.resolve("wrong");
    try (HistoryRecorder recorder = HistoryRecorder.to(file)) {
      recorder.invoked(ID, 0, 10, "x", 1);
      recorder.acknowledged(ID, 2);
      recorder.log(0);
    }
    assertThat(check(file)).isOne();
    assertThat(said())
        .contains("1 appends (1 acknowledged", "ACKNOWLEDGED_IS_THERE: append a/3/7")
        .endsWith("does not hold\n");
  }

  @Test
  void whatIsNoHistoryIsExitCodeTwo() throws IOException {
    Path file = folder.resolve("none");
    assertThat(check()).isEqualTo(2);
    assertThat(check(file)).isEqualTo(2);
    Files.writeString(file, "");
    assertThat(check(file)).isEqualTo(2);
    assertThat(said()).contains("no line of kind log");
  }

  @Test
  void aWrongLineIsNamed() throws IOException {
    Path file = folder.resolve("lines");
    String log = "{\"kind\":\"log\",\"first\":0}\n";
    for (String wrong :
        List.of(
            "nonsense\n" + log,
            "{\"kind\":\"other\"}\n",
            "{\"kind\":\"batch\"}\n",
            "{\"kind\":\"read\",\"client\":\"r\",\"position\":0}\n",
            "{\"kind\":\"ok\",\"client\":\"a\",\"epoch\":1,\"sequence\":1,\"at\":1}\n" + log)) {
      Files.writeString(file, wrong);
      assertThatThrownBy(() -> HistoryFile.read(List.of(file)))
          .isInstanceOf(HistoryFormatException.class)
          .hasMessageStartingWith(file + ":1: ");
    }
    Files.writeString(file, log + log);
    assertThatThrownBy(() -> HistoryFile.read(List.of(file)))
        .hasMessage(file + ":2: a second final log");
  }

  @Test
  void aNameIsReadFromTheStartOfAPayload() {
    ByteBuffer payload = ByteBuffer.allocate(100);
    payload.position(5);
    ID.write(payload);
    assertThat(payload.position()).isEqualTo(5 + ID.length());
    payload.position(5);

    assertThat(BatchId.read(payload)).isEqualTo(ID);
    assertThat(payload.position()).isEqualTo(5);
    assertThat(BatchId.read(payload.slice(5, ID.length() - 1))).isNull();
    assertThat(BatchId.read(ByteBuffer.allocate(100))).isNull();
    assertThat(BatchId.hash(ByteBuffer.allocate(0))).isEqualTo("e3b0c44298fc1c149afbf4c8996fb924");
  }
}
