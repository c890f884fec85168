package io.holdfast.lab.bench;

import io.holdfast.lab.net.LabFailure;
import io.holdfast.lab.net.LabProcess;
import io.holdfast.lab.net.Namespace;
import io.holdfast.lab.net.Owner;
import io.holdfast.lab.net.Veth;
import io.holdfast.lab.net.Waiting;
import io.holdfast.lab.net.Workspace;
import io.holdfast.lab.topology.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A peer and Holdfast on one cable; in Holdfast's namespace the same {@link StreamService} twice:
 * on failoverd (as it is started in production, by {@code bin/failoverd}) and on a plain socket.
 *
 * <pre>
 *   p 10.77.0.1 ── 10.77.0.2 h   port 9000 protected, port 9001 plain
 * </pre>
 */
final class StreamLab implements AutoCloseable {
  static final int PROTECTED = 9000;
  static final int PLAIN = 9001;

  private static final String PEER = "10.77.0.1";
  private static final String HOST = "10.77.0.2";
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final Workspace workspace;
  private final Namespace inPeer;
  private final Namespace inHost;
  private final Veth cable;
  private final List<AutoCloseable> open = new ArrayList<>();
  private long failoverdPid;

  private StreamLab(Owner owner) {
    workspace = Workspace.create(owner, "stream");
    inPeer = Namespace.create(owner, "p");
    inHost = Namespace.create(owner, "h");
    cable = Veth.between(inPeer, "to-h", inHost, "to-p");
    inPeer.address("to-h", PEER + "/24");
    inHost.address("to-p", HOST + "/24");
  }

  /**
   * @param synced whether the log commits only what is on the disk
   */
  static StreamLab start(boolean synced) {
    StreamLab lab = new StreamLab(Owner.thisProcess());
    try {
      lab.startHost(synced);
      lab.open.add(StreamPeer.start(lab.inPeer, lab.workspace.folder().resolve("p.out"), HOST));
      return lab;
    } catch (LabFailure e) {
      lab.close();
      throw e;
    }
  }

  private void startHost(boolean synced) {
    Path configuration = workspace.folder().resolve("holdfast.yaml");
    write(configuration, synced);
    LabProcess failoverd =
        inHost.start(
            "failoverd",
            workspace.folder().resolve("failoverd.out"),
            Map.of(),
            List.of(
                Checkout.program("failoverd").toString(), "--config", configuration.toString()));
    open.add(failoverd);
    failoverdPid = failoverd.pid();
    Path north = workspace.folder("run").resolve("north.sock");
    LabProcess guarded =
        service(
            "protected", List.of("protected", north.toString(), Integer.toString(PROTECTED), PEER));
    LabProcess plain = service("plain", List.of("plain", Integer.toString(PLAIN)));
    awaitReady(failoverd, guarded);
    awaitReady(failoverd, plain);
  }

  private void write(Path configuration, boolean synced) {
    String yaml =
        """
        version: 1
        runtime-directory: %s/run
        failover:
          supervise: false
          log: { directory: %s/log, sync: %s }
        """
            .formatted(workspace.folder(), workspace.folder(), synced);
    try {
      Files.writeString(configuration, yaml);
    } catch (IOException e) {
      throw new LabFailure("cannot write " + configuration, e);
    }
  }

  private LabProcess service(String name, List<String> arguments) {
    LabProcess process =
        inHost.start(
            name,
            workspace.folder().resolve(name + ".out"),
            Map.of(),
            java(StreamService.class, arguments));
    open.add(process);
    return process;
  }

  private static void awaitReady(LabProcess failoverd, LabProcess service) {
    Waiting.until(
        "the " + service.name() + " stream service",
        LIMIT,
        () -> {
          if (!failoverd.isAlive()) {
            throw new LabFailure("failoverd has ended: " + failoverd.lastWords());
          }
          return service.lastWords().contains("ready");
        });
  }

  /** The command line that runs a main of the lab. */
  static List<String> java(Class<?> main, List<String> arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-Xshare:auto",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
    command.addAll(arguments);
    return command;
  }

  /** The peer that measures. */
  StreamPeer peer() {
    return open.stream()
        .filter(StreamPeer.class::isInstance)
        .map(StreamPeer.class::cast)
        .findFirst()
        .orElseThrow();
  }

  /** What failoverd has used so far. */
  ProcessUsage failoverd() {
    return new ProcessUsage(failoverdPid);
  }

  /** Limits both directions of the cable. */
  void shape(String rate) {
    cable.left().shape(rate);
    cable.right().shape(rate);
  }

  /** Takes the limit away. */
  void unshape() {
    cable.left().unshape();
    cable.right().unshape();
  }

  @Override
  public void close() {
    for (AutoCloseable thing : open.reversed()) {
      try {
        thing.close();
      } catch (Exception e) {
        throw new LabFailure("while taking the stream lab down", e);
      }
    }
    inHost.close();
    inPeer.close();
    workspace.close();
  }
}
