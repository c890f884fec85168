package io.holdfast.lab.log;

import io.holdfast.lab.net.LabFailure;
import io.holdfast.lab.net.Owner;
import io.holdfast.lab.net.Signal;
import io.holdfast.lab.net.Waiting;
import io.holdfast.lab.net.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One placement of the log: its machines, its members, and the configuration of owners. Owned by
 * one thread; closing it ends every process in its machines and removes all, in every state.
 */
public final class LogCluster implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final int OWNERS_NUMBER = 10;

  /** The shape of a placement. */
  public enum Placement {
    /** The owner's own machine, nothing else: the default. */
    ALONE(0, true),
    /** A log server, and the owner on another machine (the patent's FIG. 4A). */
    LOG_SERVER(1, false),
    /** The owner's machine, whose member leads, and two others that keep the log (FIG. 4C). */
    THREE_MEMBERS(2, true),
    /** Three log servers, and the owner on another machine. */
    THREE_SERVERS(3, false);

    private final int servers;
    private final boolean embedded;

    Placement(int servers, boolean embedded) {
      this.servers = servers;
      this.embedded = embedded;
    }

    /** Whether the owner's process has a member in it. */
    public boolean embedded() {
      return embedded;
    }

    /** Number of members. */
    public int members() {
      return servers + (embedded ? 1 : 0);
    }

    /** How many members have to have what is committed. */
    public int majority() {
      return members() / 2 + 1;
    }
  }

  private final Placement placement;
  private final Owner owner = Owner.thisProcess();
  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final Workspace workspace;
  private final Bridge bridge;
  private final Authority authority;

  /** Of the owner: a member's if it is embedded. */
  private final Bridge.Machine ownersMachine;

  private final Map<String, LogMember> servers = new LinkedHashMap<>();
  private final List<Path> histories = new ArrayList<>();
  private final Path ownersConfiguration;
  private int processes;

  /**
   * Prepares a placement; nothing runs yet.
   *
   * @param sync whether the members sync
   */
  public LogCluster(Placement placement, boolean sync) {
    this.placement = placement;
    boolean complete = false;
    try {
      workspace = with(Workspace.create(owner, "log"));
      bridge = with(new Bridge(owner));
      authority = new Authority(workspace.folder("tls"));
      ownersMachine = with(bridge.machine(placement.embedded ? "a" : "x", OWNERS_NUMBER));
      char id = placement.embedded ? 'b' : 'a';
      for (int i = 0; i < placement.servers; i++, id++) {
        String name = String.valueOf(id);
        Bridge.Machine machine = with(bridge.machine(name, OWNERS_NUMBER + 1 + i));
        servers.put(name, with(new LogMember(name, machine, workspace.folder(name))));
      }
      for (LogMember member : servers.values()) {
        write(
            member.configuration(),
            member.machine(),
            log(sync) + members(member.id()) + tls(member.machine()));
      }
      ownersConfiguration = workspace.folder("owner").resolve("owner.yaml");
      write(ownersConfiguration, ownersMachine, ofOwner(sync));
      complete = true;
    } finally {
      if (!complete) {
        close();
      }
    }
  }

  private <T extends AutoCloseable> T with(T thing) {
    open.push(thing);
    return thing;
  }

  // ---- configuration ----

  private void write(Path file, Bridge.Machine machine, String log) {
    String text =
        """
        version: 1
        runtime-directory: run
        failover:
          log:
        """
            + log.indent(4);
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new LabFailure("cannot write the configuration of " + machine.name(), e);
    }
  }

  private String ofOwner(boolean sync) {
    return switch (placement) {
      case ALONE -> log(sync);
      case THREE_MEMBERS -> log(sync) + members("a") + tls(ownersMachine);
      case LOG_SERVER, THREE_SERVERS -> servers(servers.values()) + tls(ownersMachine);
    };
  }

  private static String log(boolean sync) {
    return "directory: log\nsegment-size: 1MiB\nsync: " + sync + "\n";
  }

  private String members(String self) {
    StringBuilder text = new StringBuilder("member: " + self + "\nmembers:\n");
    if (placement.embedded) {
      text.append(member("a", ownersMachine, 100));
    }
    for (LogMember member : servers.values()) {
      // While a log server beside a router led, the router would wait.
      int priority = placement.embedded ? 0 : 100;
      text.append(member(member.id(), member.machine(), priority));
    }
    return text.toString();
  }

  private static String member(String id, Bridge.Machine machine, int priority) {
    return "  - {id: %s, address: \"%s:%d\", priority: %d}%n"
        .formatted(id, machine.address(), LogMember.PORT, priority);
  }

  private static String servers(Iterable<LogMember> members) {
    StringBuilder text = new StringBuilder("servers:\n");
    for (LogMember member : members) {
      text.append("  - \"").append(member.address()).append("\"\n");
    }
    return text.toString();
  }

  private String tls(Bridge.Machine machine) {
    Authority.Pem pem = authority.issue(machine.name(), machine.address());
    return "tls: {certificate: %s, key: %s, authority: %s}%n"
        .formatted(pem.certificate(), pem.key(), pem.authority());
  }

  // ---- what there is ----

  /** Its shape. */
  public Placement placement() {
    return placement;
  }

  /** Lets its folder stay, for a look after a failure; gives it. */
  public Path keep() {
    workspace.stay();
    return workspace.folder();
  }

  /** Its folder. */
  public Path folder() {
    return workspace.folder();
  }

  /** The members that are log servers. */
  public List<LogMember> servers() {
    return List.copyOf(servers.values());
  }

  /** Of all members. */
  public List<Path> logFolders() {
    List<Path> folders = new ArrayList<>();
    if (placement.embedded) {
      folders.add(workspace.folder("owner").resolve("log"));
    }
    servers.values().forEach(member -> folders.add(member.logFolder()));
    return folders;
  }

  /** What its owners wrote down. */
  public List<Path> histories() {
    return List.copyOf(histories);
  }

  // ---- what runs ----

  /** Starts the log servers, and waits for a leader where they are a group without the owner. */
  public void start() {
    servers.values().forEach(LogMember::start);
    if (!placement.embedded) {
      awaitLeader();
    }
  }

  /** Kills the log servers, all at once. */
  public void killServers() {
    servers.values().forEach(member -> member.signal(Signal.KILL));
  }

  /** The member that says that it leads, of those that answer and are not cut off. */
  public Optional<LogMember> leader() {
    return servers.values().stream().filter(LogMember::leads).findFirst();
  }

  /** Waits for a leader. */
  public LogMember awaitLeader() {
    Waiting.until(
        "a leader",
        LIMIT,
        () -> {
          for (LogMember member : servers.values()) {
            if (!member.process().isAlive()) {
              throw new LabFailure("a member has ended: " + member.process().lastWords());
            }
          }
          return leader().isPresent();
        });
    return leader().orElseGet(this::awaitLeader);
  }

  /** Starts an owner's process, which opens nothing yet. */
  public LogOwner owner(String name) {
    return owner(name, ownersMachine, ownersConfiguration);
  }

  /** Starts an owner's process on a member's machine, which knows of that member alone. */
  public LogOwner ownerBeside(LogMember member, String name) {
    Path configuration = workspace.folder("owner").resolve(name + ".yaml");
    write(configuration, member.machine(), servers(List.of(member)) + tls(member.machine()));
    return owner(name, member.machine(), configuration);
  }

  private LogOwner owner(String name, Bridge.Machine machine, Path configuration) {
    processes++;
    Path history = workspace.folder("histories").resolve(name + "-" + processes + ".jsonl");
    histories.add(history);
    return with(new LogOwner(machine, name, configuration, workspace.folder("owner"), history));
  }

  @Override
  public void close() {
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (Exception e) {
        throw new LabFailure("while taking the cluster down", e);
      }
    }
  }
}
