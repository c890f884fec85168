package io.holdfast.lab.log.crash;

import io.holdfast.lab.history.Batch;
import io.holdfast.lab.history.BatchId;
import io.holdfast.lab.net.Command;
import io.holdfast.lab.net.LabFailure;
import io.holdfast.lab.net.Teardown;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A {@link MemberMain} as its parent sees it. Commands belong to one thread at a time.
 *
 * <p>They speak over a Unix socket: what the one has written before it dies, the other can still
 * read, in order. (Of a child's standard output the JDK takes the rest itself when the child dies,
 * while another thread may be reading it.)
 */
final class MemberProcess implements AutoCloseable {
  /** The machine may be loaded. */
  static final Duration PATIENCE = Duration.ofMinutes(2);

  /** Put into the answers when there will be no more. */
  private static final String END = "";

  /**
   * What a member says of itself.
   *
   * @param rebuilding it does not vote, nor stand for election
   */
  record State(
      boolean leading,
      boolean rebuilding,
      long committed,
      long first,
      String status,
      String reason) {}

  private final String name;
  private final Process process;
  private final Path errors;
  private final Journal journal;
  private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
  private final List<String> damages = new ArrayList<>();
  private final Thread reader;
  private volatile @Nullable String stoppedAt;
  private volatile boolean ready;

  private final ServerSocketChannel door;
  private volatile @Nullable OutputStream in;

  private MemberProcess(
      String name, Process process, Path errors, Journal journal, ServerSocketChannel door) {
    this.name = name;
    this.door = door;
    this.process = process;
    this.errors = errors;
    this.journal = journal;
    this.reader = Thread.ofPlatform().daemon().name("hears-" + name).start(this::hear);
  }

  /** Starts it; returns at once. */
  static MemberProcess start(
      String name, JavaCommand java, MemberArguments arguments, Path errors, Journal journal) {
    Path socket = errors.resolveSibling(name + ".socket");
    List<String> command = new ArrayList<>(java.of(MemberMain.class));
    command.add(socket.toString());
    command.addAll(arguments.words());
    try {
      Files.deleteIfExists(socket);
      ServerSocketChannel door = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      door.bind(UnixDomainSocketAddress.of(socket));
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(errors.toFile()))
              .start();
      var _ = process.onExit().thenRun(() -> close(door));
      return Teardown.keep(new MemberProcess(name, process, errors, journal, door));
    } catch (IOException e) {
      throw new LabFailure("cannot start " + name, e);
    }
  }

  /** Nobody comes to it any more. */
  private static void close(ServerSocketChannel door) {
    try {
      door.close();
    } catch (IOException e) {
      // then it ends with this process
    }
  }

  private void hear() {
    try (SocketChannel child = door.accept();
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(Channels.newInputStream(child), StandardCharsets.UTF_8))) {
      close(door);
      in = Channels.newOutputStream(child);
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        heard(line);
      }
    } catch (IOException e) {
      // it is dead
    } finally {
      answers.add(END);
    }
  }

  private void heard(String line) {
    String[] words = line.split(" ", -1);
    switch (words[0]) {
      case "o" ->
          journal.owns(
              Long.parseLong(words[1]), Long.parseLong(words[2]), Long.parseLong(words[3]));
      case "i" ->
          journal.invoked(
              new BatchId(words[1], Long.parseLong(words[2]), Long.parseLong(words[3])),
              Long.parseLong(words[4]),
              Integer.parseInt(words[5]),
              words[6],
              Long.parseLong(words[7]));
      case "c" -> journal.committed(Long.parseLong(words[1]), Long.parseLong(words[2]));
      case "t" -> journal.trims(Long.parseLong(words[1]));
      case "f" -> journal.flushes();
      case "s" -> journal.status(words[1], line.substring(3 + words[1].length()));
      case "x" -> stoppedAt = words[1];
      case "d" -> {
        synchronized (damages) {
          damages.add(line.substring(2));
        }
      }
      case "=", "!", "b" -> {
        ready |= line.equals("= ready");
        answers.add(line);
      }
      default -> answers.add("! what it said was not understood: " + line);
    }
  }

  String name() {
    return name;
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Whether its member was started. */
  boolean ready() {
    return ready;
  }

  /** The disk operation in the midst of which it has stopped; null while it runs. */
  @Nullable String stoppedAt() {
    return stoppedAt;
  }

  /** What it found damaged, and what came of it. */
  List<String> damages() {
    synchronized (damages) {
      return List.copyOf(damages);
    }
  }

  /** Writes what its threads do into a file, for a person to look at. */
  void witness(Path file) {
    if (process.isAlive()) {
      String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
      Command.Outcome dump = Command.attempt(List.of(jcmd, Long.toString(pid()), "Thread.print"));
      try {
        Files.writeString(file, dump.output());
      } catch (IOException e) {
        // then without it
      }
    }
  }

  /** SIGKILL; returns when it is gone and all that it had said was heard. */
  void kill() {
    process.destroyForcibly();
    try {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new LabFailure(name + " outlives a SIGKILL");
      }
      reader.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabFailure("interrupted while " + name + " died", e);
    } finally {
      Teardown.forget(this);
    }
  }

  /** Waits until its member was started. */
  MemberProcess awaitReady() {
    expect(next(PATIENCE), "= ready");
    return this;
  }

  /** How it ended by itself: what it said. */
  String awaitRefusal() {
    String line = next(PATIENCE);
    if (!line.startsWith("! ")) {
      throw new LabFailure(name + " was expected to refuse, and said \"" + line + '"');
    }
    return line.substring(2);
  }

  private void expect(String line, String expected) {
    if (!line.equals(expected)) {
      throw trouble("said \"" + line + "\" in place of \"" + expected + '"');
    }
  }

  private LabFailure trouble(String what) {
    return new LabFailure(name + ' ' + what + lastWords());
  }

  private String lastWords() {
    try {
      List<String> lines = Files.readAllLines(errors);
      return "; its last lines:\n  "
          + String.join("\n  ", lines.subList(Math.max(0, lines.size() - 12), lines.size()));
    } catch (IOException e) {
      return "";
    }
  }

  private String next(Duration limit) {
    String line;
    try {
      line = answers.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabFailure("interrupted while " + name + " was asked", e);
    }
    if (line == null) {
      throw trouble("did not answer within " + limit.toSeconds() + " s");
    }
    if (line.equals(END)) {
      answers.add(END);
      throw trouble("is dead");
    }
    return line;
  }

  /** Gives a command, and does not wait for the answer. */
  void tell(String command) {
    OutputStream to = in;
    if (to == null) {
      throw new LabFailure(name + " is told \"" + command + "\" before it listens");
    }
    try {
      to.write((command + '\n').getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // It is dead, as the answer will say.
    }
  }

  /** The answer to what it was told. */
  String answer(Duration limit) {
    String line = next(limit);
    if (!line.startsWith("= ")) {
      throw trouble("said \"" + line + '"');
    }
    return line.substring(2);
  }

  /** Waits for an answer, good or bad; "!" if it is dead. */
  String awaitAnyAnswer() {
    String answer = awaitAnyAnswer(PATIENCE);
    if (answer.isEmpty()) {
      throw trouble("did not answer within " + PATIENCE.toSeconds() + " s");
    }
    return answer;
  }

  /** As above; empty if none comes within the limit. */
  String awaitAnyAnswer(Duration limit) {
    try {
      String line = answers.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
      if (END.equals(line)) {
        answers.add(END);
        return "!";
      }
      return line == null ? "" : line;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabFailure("interrupted while " + name + " was asked", e);
    }
  }

  /** A command and its answer. */
  String ask(String command) {
    tell(command);
    return answer(PATIENCE);
  }

  State state() {
    String[] words = ask("state").split(" ", 6);
    return new State(
        Boolean.parseBoolean(words[0]),
        Boolean.parseBoolean(words[1]),
        Long.parseLong(words[2]),
        Long.parseLong(words[3]),
        words[4],
        words[5]);
  }

  /** What its member has committed, read by itself. */
  Found read() {
    tell("read");
    List<Batch> batches = new ArrayList<>();
    while (true) {
      String line = next(PATIENCE);
      if (!line.startsWith("b ")) {
        if (!line.startsWith("= ")) {
          throw trouble("cannot read its log: " + line);
        }
        return new Found(Long.parseLong(line.substring(2)), batches);
      }
      String[] words = line.split(" ", -1);
      BatchId id =
          words.length < 7
              ? null
              : new BatchId(words[4], Long.parseLong(words[5]), Long.parseLong(words[6]));
      batches.add(
          new Batch(
              Long.parseLong(words[1]),
              Integer.parseInt(words[2]),
              words[3],
              0,
              id == null ? 0 : id.epoch(),
              id));
    }
  }

  /** SIGKILL, if it still lives. */
  @Override
  public void close() {
    kill();
  }
}
