package io.holdfast.lab.capture;

import io.holdfast.lab.net.LabFailure;
import io.holdfast.lab.net.LabProcess;
import io.holdfast.lab.net.Namespace;
import io.holdfast.lab.net.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A running capture on some interfaces of a namespace. Closing it stops it; the files stay. */
public final class Capture implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final LabProcess process;
  private final Path folder;

  private Capture(LabProcess process, Path folder) {
    this.process = process;
    this.folder = folder;
  }

  /**
   * Starts capturing and waits until it does.
   *
   * @param folder gets one {@code DEVICE.pcap} each; must exist and hold no older capture
   */
  public static Capture start(Namespace namespace, Path folder, List<String> devices) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx96m",
            "-Xshare:auto",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            classPath(),
            CaptureMain.class.getName(),
            folder.toString()));
    command.addAll(devices);
    LabProcess process =
        namespace.start("capture", folder.resolve("capture.out"), Map.of(), command);
    Capture capture = new Capture(process, folder);
    try {
      Waiting.until("the capture to start", LIMIT, () -> capture.ready());
    } catch (LabFailure e) {
      String words = process.lastWords();
      capture.close();
      throw new LabFailure(e.getMessage() + "\n" + words);
    }
    return capture;
  }

  private boolean ready() {
    if (!process.isAlive()) {
      throw new LabFailure("the capture has ended");
    }
    return Files.exists(folder.resolve("ready"));
  }

  /** In a test run the class path proper stands in a property of the test runner's. */
  private static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  /** The file of an interface. */
  public Path file(String device) {
    return folder.resolve(device + ".pcap");
  }

  /**
   * Stops it and makes sure that nothing was lost.
   *
   * @throws LabFailure when libpcap lost frames, for then the capture proves nothing
   */
  public void stop() {
    close();
    try {
      String dropped = Files.readString(folder.resolve("dropped")).strip();
      if (!dropped.equals("0")) {
        throw new LabFailure("the capture lost " + dropped + " frames");
      }
    } catch (IOException e) {
      throw new LabFailure("the capture did not end well:\n" + process.lastWords(), e);
    }
  }

  @Override
  public void close() {
    try {
      process.standardInput().close();
    } catch (IOException e) {
      // It has ended already.
    }
    process.awaitEnd(Duration.ofSeconds(10));
    process.close();
  }
}
