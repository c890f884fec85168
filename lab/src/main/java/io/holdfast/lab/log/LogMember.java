package io.holdfast.lab.log;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.lab.net.LabFailure;
import io.holdfast.lab.net.LabProcess;
import io.holdfast.lab.net.Signal;
import io.holdfast.lab.net.Waiting;
import io.holdfast.lab.topology.Checkout;
import io.holdfast.lab.topology.ControlSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A member that is a {@code logd} on a machine of its own. What its control socket says is used to
 * find a leader and to know when to look, never as evidence. Owned by one thread.
 */
public final class LogMember implements AutoCloseable {
  static final int PORT = 7790;

  private final String id;
  private final Bridge.Machine machine;
  private final Path folder;
  private @Nullable LabProcess process;

  /** A process that is stopped takes questions and never answers. */
  private boolean stopped;

  LogMember(String id, Bridge.Machine machine, Path folder) {
    this.id = id;
    this.machine = machine;
    this.folder = folder;
  }

  /** Its id in the group. */
  public String id() {
    return id;
  }

  Bridge.Machine machine() {
    return machine;
  }

  /** Host and port. */
  public String address() {
    return machine.address() + ":" + PORT;
  }

  /** The folder of its files. */
  public Path logFolder() {
    return folder.resolve("log");
  }

  Path configuration() {
    return folder.resolve("logd.yaml");
  }

  /** Starts it. */
  public void start() {
    LabProcess before = process;
    if (before != null) {
      before.close();
    }
    stopped = false;
    process =
        machine
            .namespace()
            .start(
                "logd " + id,
                folder.resolve("logd.out"),
                Map.of(),
                List.of(
                    Checkout.program("logd").toString(), "--config", configuration().toString()));
  }

  /** The process. */
  public LabProcess process() {
    LabProcess now = process;
    if (now == null) {
      throw new LabFailure("member " + id + " was not started");
    }
    return now;
  }

  /** Sends it a signal; after KILL and TERM waits for its end. */
  public void signal(Signal signal) {
    process().signal(signal);
    stopped = signal == Signal.STOP || (stopped && signal != Signal.CONT);
    if ((signal == Signal.KILL || signal == Signal.TERM)
        && !process().awaitEnd(Duration.ofSeconds(30))) {
      throw new LabFailure("member " + id + " does not end");
    }
  }

  /** What it says of itself; empty while it says nothing. */
  public Optional<JsonNode> status() {
    LabProcess now = process;
    return now == null || stopped || !now.isAlive()
        ? Optional.empty()
        : ControlSocket.ask(folder.resolve("run/logd.control"), "log.status");
  }

  /** Its role; empty while it says nothing. */
  public String role() {
    return status().map(status -> status.path("role").asText()).orElse("");
  }

  /** Whether it says that it leads, in a group or alone. */
  public boolean leads() {
    String role = role();
    return role.equals("leader") || role.equals("alone");
  }

  /** Waits until its files end at this position or behind it, and it knows that as committed. */
  public void awaitCommitted(long position, Duration limit) {
    Waiting.until(
        "member " + id + " at position " + position,
        limit,
        () -> {
          if (!process().isAlive()) {
            throw new LabFailure("it has ended: " + process().lastWords());
          }
          return status().map(status -> status.path("committed").asLong()).orElse(-1L) >= position;
        });
  }

  @Override
  public void close() {
    LabProcess now = process;
    if (now != null) {
      now.signal(Signal.CONT);
      now.close();
    }
  }
}
