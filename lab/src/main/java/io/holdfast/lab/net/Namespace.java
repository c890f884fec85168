package io.holdfast.lab.net;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A network namespace of the lab. Closing it ends, by process id, whatever still runs inside, and
 * removes it with its interfaces and rules.
 */
public final class Namespace implements AutoCloseable {
  private static final Path FOLDER = Path.of("/run/netns");

  private final String name;
  private final boolean standing;

  private Namespace(String name, boolean standing) {
    this.name = name;
    this.standing = standing;
  }

  /**
   * Makes a namespace that goes with this JVM.
   *
   * @param owner the first part of its name
   * @param part the rest of its name
   */
  public static Namespace create(Owner owner, String part) {
    return Teardown.keep(make(owner.name(part), false));
  }

  /** Makes a namespace that stays when this JVM ends. */
  public static Namespace createStanding(Owner owner, String part) {
    return make(owner.name(part), true);
  }

  /** A namespace that exists already, made by another process. */
  public static Namespace existing(String name) {
    return new Namespace(name, true);
  }

  private static Namespace make(String name, boolean standing) {
    Command.run("ip", "netns", "add", name);
    Namespace namespace = new Namespace(name, standing);
    Command.run("ip", "-n", name, "link", "set", "lo", "up");
    return namespace;
  }

  /** Its full name, as {@code ip netns} shows it. */
  public String name() {
    return name;
  }

  /** Whether it is there. */
  public boolean exists() {
    return Files.exists(FOLDER.resolve(name));
  }

  /** Gives an interface an address, for example {@code 10.77.0.1/24}, and brings it up. */
  public void address(String device, String cidr) {
    Command.run("ip", "-n", name, "address", "add", cidr, "dev", device);
    Command.run("ip", "-n", name, "link", "set", device, "up");
  }

  /** Runs a command inside to its end; gives its output, throws when it fails. */
  public String run(String... command) {
    return Command.run(inside(List.of(command)).toArray(String[]::new));
  }

  /** Runs a command inside that may fail. */
  public Command.Outcome attempt(String... command) {
    return Command.attempt(inside(List.of(command)));
  }

  /**
   * Starts a process inside. It is put into a session of its own, so that Ctrl-C in the terminal
   * reaches only the lab, which then ends things in order.
   *
   * @param processName what the lab calls it
   * @param output the file that gets both its output streams (appended); its folder is the
   *     process's working folder, where a crashing JVM leaves its report
   * @param environment variables besides those of this JVM
   */
  public LabProcess start(
      String processName, Path output, Map<String, String> environment, List<String> command) {
    return start(
        processName,
        output,
        builder(output, environment, command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile())));
  }

  /**
   * Starts a process as {@link #start} does, to talk with: its standard output is read by the lab
   * ({@link LabProcess#standardOutput}), only the standard error goes to the file.
   */
  public LabProcess startTalking(
      String processName, Path errors, Map<String, String> environment, List<String> command) {
    return start(
        processName,
        errors,
        builder(errors, environment, command)
            .redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile())));
  }

  private ProcessBuilder builder(
      Path output, Map<String, String> environment, List<String> command) {
    ProcessBuilder builder =
        new ProcessBuilder(Command.prefixed(List.of("setsid"), inside(command)))
            .directory(output.resolveSibling("").toFile());
    builder.environment().putAll(environment);
    return builder;
  }

  private LabProcess start(String processName, Path output, ProcessBuilder builder) {
    try {
      LabProcess process = new LabProcess(processName, builder.start(), output);
      return standing ? process : Teardown.keep(process);
    } catch (IOException e) {
      throw new LabFailure("cannot start " + processName, e);
    }
  }

  /** The command line that runs a command inside. */
  public List<String> inside(List<String> command) {
    return Command.prefixed(List.of("ip", "netns", "exec", name), command);
  }

  /** The processes inside. */
  public List<Long> pids() {
    Command.Outcome outcome = Command.attempt(List.of("ip", "netns", "pids", name));
    return outcome.ok()
        ? outcome
            .output()
            .lines()
            .map(String::strip)
            .filter(s -> !s.isEmpty())
            .map(Long::valueOf)
            .toList()
        : List.of();
  }

  @Override
  public void close() {
    Teardown.forget(this);
    if (!exists()) {
      return;
    }
    // A process may be forking while we look, so look again until nobody is in.
    for (int round = 0; round < 50; round++) {
      List<Long> inside = pids();
      if (inside.isEmpty()) {
        break;
      }
      for (long pid : inside) {
        Signal.KILL.send(pid);
      }
    }
    Command.attempt(List.of("ip", "netns", "delete", name));
  }

  @Override
  public String toString() {
    return name;
  }
}
