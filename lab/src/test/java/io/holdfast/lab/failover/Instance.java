package io.holdfast.lab.failover;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.failover.daemon.Failoverd;
import io.holdfast.failover.records.Armed;
import io.holdfast.lab.net.LabFailure;
import io.holdfast.lab.net.LabProcess;
import io.holdfast.lab.net.Namespace;
import io.holdfast.lab.net.Waiting;
import io.holdfast.lab.topology.ControlSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** One failoverd: its folder, its configuration, its process. */
final class Instance {
  static final Duration LIMIT = Duration.ofSeconds(40);

  private final Namespace namespace;
  private final Path folder;
  private final Path config;
  private final int port;
  private final String peer;
  private int starts;
  private LabProcess process;

  /**
   * Writes the configuration; starts nothing.
   *
   * @param more lines under {@code failover:}, or empty
   * @param log folder of the log
   */
  Instance(Namespace namespace, Path folder, Path log, String peer, int port, String more) {
    this.namespace = namespace;
    this.folder = folder;
    this.port = port;
    this.peer = peer;
    this.config = folder.resolve("holdfast.yaml");
    String text =
        """
        version: 1
        runtime-directory: run
        failover:
          supervise: false
          log: { directory: %s }
        %s
        """
            .formatted(log, more.isEmpty() ? "" : more.indent(2));
    try {
      Files.createDirectories(folder);
      Files.writeString(config, text);
    } catch (IOException e) {
      throw new LabFailure("cannot write " + config, e);
    }
  }

  static List<String> java(Class<?> main, String heap, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx" + heap,
            "-XX:MaxDirectMemorySize=512m",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            main.getName()));
    command.addAll(arguments);
    return command;
  }

  /** Runs the daemon's command line, whatever comes of it. */
  LabProcess launch(List<String> prefix) {
    List<String> command = new ArrayList<>(prefix);
    command.addAll(
        java(
            FrozenFailoverd.class,
            "128m",
            List.of(config.toString(), folder.resolve("frost").toString())));
    Path output = folder.resolve("failoverd-" + ++starts + ".out");
    process = namespace.start("failoverd", output, Map.of(), command);
    return process;
  }

  /** The product's own main, for what it does before it serves. */
  LabProcess launchProduct(List<String> prefix) {
    List<String> command = new ArrayList<>(prefix);
    command.addAll(java(Failoverd.class, "128m", List.of("--config", config.toString())));
    Path output = folder.resolve("failoverd-" + ++starts + ".out");
    process = namespace.start("failoverd", output, Map.of(), command);
    return process;
  }

  /** Starts it and waits until it answers. */
  Instance start() {
    LabProcess started = launch(List.of());
    try {
      Waiting.until(
          "failoverd to answer",
          LIMIT,
          () -> {
            if (!started.isAlive()) {
              throw new LabFailure("failoverd has ended: " + started.lastWords());
            }
            return ControlSocket.ask(control(), "show.failover").isPresent();
          });
    } catch (LabFailure e) {
      throw new LabFailure(e.getMessage() + "\n" + started.lastWords());
    }
    return this;
  }

  /** A service in a process of its own. */
  LabProcess startService(String name, int heartbeatMillis, int silenceMillis) {
    LabProcess service =
        namespace.start(
            name,
            folder.resolve(name + ".out"),
            Map.of(),
            java(
                PatternService.class,
                "256m",
                List.of(
                    north().toString(),
                    Integer.toString(port),
                    peer,
                    Integer.toString(heartbeatMillis),
                    Integer.toString(silenceMillis))));
    Waiting.until(name + " to be active", LIMIT, () -> says(service, "active"));
    return service;
  }

  /** A service in this process. */
  PatternService service(Armed armed) {
    PatternService service =
        PatternService.dialogues(north(), PatternService.spec(port, peer, 0), armed);
    Waiting.until("the service to be active", LIMIT, service::isActive);
    return service;
  }

  static boolean says(LabProcess process, String text) {
    return process.isAlive() && output(process).contains(text);
  }

  static String output(LabProcess process) {
    try {
      return Files.readString(process.output());
    } catch (IOException e) {
      return "";
    }
  }

  // ---- what it shows ----

  JsonNode status() {
    return ControlSocket.ask(control(), "show.failover")
        .orElseThrow(() -> new LabFailure("failoverd does not answer"));
  }

  Stream<JsonNode> connections() {
    return StreamSupport.stream(status().path("connections").spliterator(), false);
  }

  /** The connection to this port of the peer's. */
  JsonNode connection(int remotePort) {
    String remote = peer + ":" + remotePort;
    return connections()
        .filter(c -> c.path("remote").asText().equals(remote))
        .findFirst()
        .orElseThrow(() -> new LabFailure("no connection to " + remote));
  }

  boolean alarmed(String text) {
    return StreamSupport.stream(status().path("alarms").spliterator(), false)
        .anyMatch(alarm -> alarm.path("text").asText().contains(text));
  }

  void freeze() {
    try {
      Files.createFile(folder.resolve("frost"));
    } catch (IOException e) {
      throw new LabFailure("cannot freeze", e);
    }
  }

  void thaw() {
    try {
      Files.delete(folder.resolve("frost"));
    } catch (IOException e) {
      throw new LabFailure("cannot thaw", e);
    }
  }

  /**
   * How many descriptors the process has open when it does nothing: the least of some looks, for
   * every question to it is a connection, and the JVM opens files when it likes.
   */
  long descriptors() {
    long least = Long.MAX_VALUE;
    for (int look = 0; look < 8; look++) {
      try (Stream<Path> all = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
        least = Math.min(least, all.count());
      } catch (IOException e) {
        throw new LabFailure("cannot count descriptors", e);
      }
      Waiting.pause();
    }
    return least;
  }

  LabProcess process() {
    return process;
  }

  Path north() {
    return folder.resolve("run/north.sock");
  }

  Path control() {
    return folder.resolve("run/failoverd.control");
  }

  Path folder() {
    return folder;
  }

  int port() {
    return port;
  }
}
