package io.holdfast.lab.bench;

import io.holdfast.lab.log.Authority;
import io.holdfast.lab.net.LabFailure;
import io.holdfast.lab.net.LabProcess;
import io.holdfast.lab.net.Namespace;
import io.holdfast.lab.net.Owner;
import io.holdfast.lab.net.Waiting;
import io.holdfast.lab.net.Workspace;
import io.holdfast.lab.topology.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/**
 * A log and its owner in one namespace: the member in the owner's process alone, or with two {@code
 * bin/logd} beside it, over TLS on the namespace's loopback. All three share the machine's cores
 * and its disk, which members of a real group do not.
 */
final class LogLab implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String SELF = "a";

  /** Address of a member by its place in the list. */
  private static final String ADDRESS = "127.0.0.%d";

  private static final int FIRST_ADDRESS = 11;
  private static final int PORT = 7790;

  private final boolean synced;
  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final Workspace workspace;
  private final Namespace namespace;

  private LogLab(boolean synced) {
    this.synced = synced;
    Owner owner = Owner.thisProcess();
    workspace = Workspace.create(owner, "append");
    open.push(workspace);
    namespace = Namespace.create(owner, "append");
    open.push(namespace);
  }

  /** An owner with the default log: nothing of it leaves the process. */
  static LogLab alone(boolean synced) {
    LogLab lab = new LogLab(synced);
    return lab.configured(() -> lab.write(SELF, ""));
  }

  /**
   * An owner with the member a, and the members b and c. Only a may lead, so that it is a whose
   * figures are taken.
   */
  static LogLab three(boolean synced) {
    LogLab lab = new LogLab(synced);
    return lab.configured(
        () -> {
          Authority authority = new Authority(lab.workspace.folder("tls"));
          List<String> ids = List.of(SELF, "b", "c");
          StringBuilder members = new StringBuilder();
          for (String id : ids) {
            members.append(
                "  - {id: %s, address: \"%s:%d\", priority: %d}%n"
                    .formatted(id, address(ids, id), PORT, id.equals(SELF) ? 100 : 0));
          }
          for (String id : ids) {
            Authority.Pem pem = authority.issue(id, address(ids, id));
            lab.write(
                id,
                "member: %s%nmembers:%n%stls: {certificate: %s, key: %s, authority: %s}%n"
                    .formatted(id, members, pem.certificate(), pem.key(), pem.authority()));
          }
          for (String id : ids.subList(1, ids.size())) {
            lab.start("logd", "logd " + id, id);
          }
        });
  }

  private static String address(List<String> ids, String id) {
    return ADDRESS.formatted(FIRST_ADDRESS + ids.indexOf(id));
  }

  private LogLab configured(Runnable steps) {
    try {
      steps.run();
      return this;
    } catch (LabFailure e) {
      close();
      throw e;
    }
  }

  /** The folder of a member, and its configuration in it. */
  private void write(String id, String group) {
    String yaml =
        """
        version: 1
        runtime-directory: run
        failover:
          supervise: false
          log:
            directory: log
            sync: %s
        """
            .formatted(synced);
    try {
      Files.writeString(configuration(id), yaml + group.indent(4));
    } catch (IOException e) {
      throw new LabFailure("cannot write the configuration of " + id, e);
    }
  }

  private Path configuration(String id) {
    return workspace.folder(id).resolve("holdfast.yaml");
  }

  private LabProcess start(String program, String name, String id) {
    LabProcess process =
        namespace.start(
            name,
            workspace.folder(id).resolve(name.replace(' ', '-') + ".out"),
            Map.of(),
            List.of(
                Checkout.program(program).toString(), "--config", configuration(id).toString()));
    open.push(process);
    return process;
  }

  /** Starts the owner, and waits until it owns the log. */
  AppendProcess owner() {
    AppendProcess owner =
        AppendProcess.start(namespace, configuration(SELF), workspace.folder(SELF));
    open.push(owner);
    try {
      owner.awaitOpen();
      return owner;
    } catch (LabFailure e) {
      throw new LabFailure(e.getMessage() + ended(), e);
    }
  }

  /** Last words of those that are not there any more. */
  private String ended() {
    StringBuilder words = new StringBuilder();
    for (AutoCloseable each : open) {
      if (each instanceof LabProcess process && !process.isAlive()) {
        words.append("; ").append(process.name()).append(": ").append(process.lastWords());
      }
    }
    return words.toString();
  }

  /** What a member that is a logd has used so far. */
  ProcessUsage member(String id) {
    return open.stream()
        .filter(LabProcess.class::isInstance)
        .map(LabProcess.class::cast)
        .filter(process -> process.name().equals("logd " + id))
        .map(process -> new ProcessUsage(process.pid()))
        .findFirst()
        .orElseThrow();
  }

  /** Starts failoverd on the log that the owner left, and waits until it is ready. */
  ProcessUsage failoverd() {
    LabProcess failoverd = start("failoverd", "failoverd", SELF);
    await(failoverd, "failoverd is ready");
    return new ProcessUsage(failoverd.pid());
  }

  /** Attaches a speaker to failoverd, and waits until it is active. */
  void speaker() {
    LabProcess speaker =
        namespace.start(
            "speaker",
            workspace.folder(SELF).resolve("speaker.out"),
            Map.of(),
            StreamLab.java(
                StreamService.class,
                List.of(
                    "protected",
                    workspace.folder(SELF).resolve("run/north.sock").toString(),
                    Integer.toString(StreamLab.PROTECTED),
                    ADDRESS.formatted(2))));
    open.push(speaker);
    await(speaker, "ready");
  }

  private static void await(LabProcess process, String word) {
    Waiting.until(
        process.name() + " to be ready",
        LIMIT,
        () -> process.isAlive() && process.lastWords().contains(word));
  }

  @Override
  public void close() {
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (Exception e) {
        throw new LabFailure("while taking the log's lab down", e);
      }
    }
  }
}
