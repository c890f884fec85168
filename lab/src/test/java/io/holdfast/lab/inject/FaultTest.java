package io.holdfast.lab.inject;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each fault, done to a JVM that does nothing else. */
class FaultTest {
  @TempDir private Path folder;
  private Process victim;

  @BeforeEach
  void start() throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx24m",
            "-XX:+UseSerialGC",
            "-XX:-CreateCoredumpOnCrash",
            "-XX:+ExitOnOutOfMemoryError"));
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    command.addAll(List.of("-cp", classPath, Ticker.class.getName(), folder.toString()));
    victim =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("out").toFile())
            .start();
    await().atMost(Duration.ofSeconds(20)).until(() -> number("folded") > 0);
  }

  @AfterEach
  void end() throws Exception {
    victim.destroyForcibly().waitFor();
  }

  private long number(String file) throws Exception {
    Path path = folder.resolve(file);
    String text = Files.exists(path) ? Files.readString(path) : "";
    return text.isEmpty() ? -1 : Long.parseLong(text);
  }

  private void endsWith(int code) {
    await().atMost(Duration.ofSeconds(20)).until(() -> !victim.isAlive());
    assertThat(victim.exitValue()).isEqualTo(code);
  }

  @Test
  void killIsSigkill() {
    Fault.KILL.inject(victim.pid());
    endsWith(128 + 9);
  }

  @Test
  void exitIsASystemExitOfItsOwn() {
    Fault.EXIT.inject(victim.pid());
    endsWith(7);
  }

  @Test
  void abortEndsItAsNativeCodeWould() {
    Fault.ABORT.inject(victim.pid());
    endsWith(128 + 6);
  }

  @Test
  void oomExhaustsTheHeap() throws Exception {
    Fault.OOM.inject(victim.pid());
    endsWith(3);
    assertThat(Files.readString(folder.resolve("out"))).contains("OutOfMemoryError");
  }

  @Test
  void hangHoldsTheFoldingThreadAndNoOther() throws Exception {
    Fault.HANG.inject(victim.pid());

    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> {
              long folded = number("folded");
              long alive = number("alive");
              await().until(() -> number("alive") > alive + 20);
              return number("folded") == folded;
            });
    assertThat(victim.isAlive()).isTrue();
  }

  @Test
  void stopStopsAndContContinues() throws Exception {
    Fault.STOP.inject(victim.pid());
    Path stat = Path.of("/proc", Long.toString(victim.pid()), "stat");
    await().until(() -> Files.readString(stat).contains(") T "));
    Fault.CONT.inject(victim.pid());
    long folded = number("folded");
    await().until(() -> number("folded") > folded);
  }
}
