package io.holdfast.lab.topology;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.lab.net.LabFailure;
import io.holdfast.lab.net.LabProcess;
import io.holdfast.lab.net.Namespace;
import io.holdfast.lab.net.Signal;
import io.holdfast.lab.net.Waiting;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One Holdfast in a namespace: its daemons, started from the checkout, and its control sockets.
 *
 * <p>The lab starts failoverd (where the transport is {@code failover}) and, unless failoverd
 * supervises, the speaker.
 */
public final class Holdfast implements AutoCloseable {
  private static final Pattern WORDS = Pattern.compile("\0");
  private static final Duration START_LIMIT = Duration.ofSeconds(30);

  private final Namespace namespace;
  private final Path folder;
  private final PairSetup setup;
  private @Nullable LabProcess failoverd;
  private @Nullable LabProcess bgpd;

  /**
   * @param folder has (or will have) {@code holdfast.yaml}; gets the daemons' output, the runtime
   *     folder {@code run} and the log folder {@code log}
   */
  Holdfast(Namespace namespace, Path folder, PairSetup setup) {
    this.namespace = namespace;
    this.folder = folder;
    this.setup = setup;
  }

  /** Where it runs. */
  public Namespace namespace() {
    return namespace;
  }

  /** Its configuration. */
  public Path configuration() {
    return folder.resolve("holdfast.yaml");
  }

  /** The folder of its sockets. */
  public Path runtimeFolder() {
    return folder.resolve("run");
  }

  /** The folder of its log. */
  public Path logFolder() {
    return folder.resolve("log");
  }

  /** The file with what failoverd (and a supervised speaker) writes. */
  public Path failoverdOutput() {
    return folder.resolve("failoverd.out");
  }

  /** The file with what a speaker that the lab started writes. */
  public Path speakerOutput() {
    return folder.resolve("bgpd.out");
  }

  /** Starts what the lab has to start. */
  public void start() {
    if (setup.transport() == PairSetup.Transport.FAILOVER) {
      startFailoverd();
    }
    if (!setup.supervise()) {
      startSpeaker();
    }
  }

  /** Starts failoverd. */
  public LabProcess startFailoverd() {
    LabProcess process = daemon("failoverd", failoverdOutput());
    failoverd = process;
    return process;
  }

  /** Starts a speaker that nobody supervises. */
  public LabProcess startSpeaker() {
    LabProcess process = daemon("bgpd", speakerOutput());
    bgpd = process;
    return process;
  }

  private LabProcess daemon(String name, Path output) {
    return namespace.start(
        name,
        output,
        setup.environment(),
        List.of(Checkout.program(name).toString(), "--config", configuration().toString()));
  }

  /** The failoverd that the lab started last. */
  public LabProcess failoverd() {
    LabProcess process = failoverd;
    if (process == null) {
      throw new LabFailure("there is no failoverd here");
    }
    return process;
  }

  /** failoverd's process id; empty when it is not there. */
  public OptionalLong failoverdPid() {
    LabProcess process = failoverd;
    if (process != null) {
      return process.isAlive() ? OptionalLong.of(process.pid()) : OptionalLong.empty();
    }
    return inside("io.holdfast.failover.daemon", "bin/failoverd");
  }

  /**
   * The process id of the newest speaker, also of one that is just starting; empty when there is
   * none.
   */
  public OptionalLong speakerPid() {
    LabProcess process = bgpd;
    if (process != null) {
      return process.isAlive() ? OptionalLong.of(process.pid()) : OptionalLong.empty();
    }
    return inside("io.holdfast.bgp.daemon", "bin/bgpd");
  }

  /**
   * The newest process in the namespace that runs a main of a package, or the script that is about
   * to become it.
   */
  private OptionalLong inside(String mainPackage, String script) {
    return namespace.pids().stream()
        .filter(pid -> runs(pid, mainPackage, script))
        .mapToLong(Long::longValue)
        .max();
  }

  private static boolean runs(long pid, String mainPackage, String script) {
    try {
      String state = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      if (state.substring(state.lastIndexOf(')')).startsWith(") Z")) {
        return false;
      }
      byte[] line = Files.readAllBytes(Path.of("/proc", Long.toString(pid), "cmdline"));
      for (String word : WORDS.split(new String(line, StandardCharsets.UTF_8), -1)) {
        if (word.startsWith(mainPackage + ".") || word.endsWith("/" + script)) {
          return true;
        }
      }
    } catch (IOException e) {
      // It has ended.
    }
    return false;
  }

  /** What {@code show failover} answers; empty when failoverd does not answer. */
  public Optional<JsonNode> showFailover() {
    return ControlSocket.ask(runtimeFolder().resolve("failoverd.control"), "show.failover");
  }

  /** What {@code show bgp summary} answers; empty when there is no speaker that does. */
  public Optional<JsonNode> showSummary() {
    return ControlSocket.ask(runtimeFolder().resolve("bgpd.control"), "show.bgp.summary");
  }

  /** Whether a speaker is there that may speak. */
  public boolean isActive() {
    return showSummary().map(summary -> summary.path("active").asBoolean()).orElse(false);
  }

  /** Waits for a speaker that may speak. */
  public void awaitActive() {
    Waiting.until("an active speaker" + lastWords(), START_LIMIT, this::isActive);
  }

  /** Sends a signal to the newest speaker; its process id, or empty when there was none. */
  public OptionalLong signalSpeaker(Signal signal) {
    OptionalLong pid = speakerPid();
    pid.ifPresent(signal::send);
    return pid;
  }

  /** What the daemons said last, for a failure's message. */
  public String lastWords() {
    StringBuilder words = new StringBuilder();
    for (Map.Entry<String, @Nullable LabProcess> entry : processes()) {
      LabProcess process = entry.getValue();
      if (process != null && !process.isAlive()) {
        words
            .append("\n")
            .append(entry.getKey())
            .append(" has ended: ")
            .append(process.lastWords());
      }
    }
    return words.toString();
  }

  private List<Map.Entry<String, @Nullable LabProcess>> processes() {
    return List.of(
        new java.util.AbstractMap.SimpleEntry<>("failoverd", failoverd),
        new java.util.AbstractMap.SimpleEntry<>("bgpd", bgpd));
  }

  @Override
  public void close() {
    LabProcess speaker = bgpd;
    if (speaker != null) {
      speaker.close();
    }
    LabProcess owner = failoverd;
    if (owner != null) {
      owner.close();
    }
  }
}
