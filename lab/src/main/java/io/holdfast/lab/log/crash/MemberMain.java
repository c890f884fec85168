package io.holdfast.lab.log.crash;

import io.holdfast.lab.history.Batch;
import io.holdfast.lab.history.BatchId;
import io.holdfast.logstore.log.OwnedLog;
import io.holdfast.logstore.remote.LogService;
import io.holdfast.logstore.replication.Member;
import io.holdfast.logstore.rpc.Transport;
import io.holdfast.logstore.segment.LogReader;
import io.holdfast.logstore.segment.LogTrimmedException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A member of the log in a process of its own. {@code MemberMain SOCKET NAME=VALUE...}, see {@link
 * MemberArguments}; then, on that Unix socket, a command a line, and a line for each answer, which
 * begins with {@code =}:
 *
 * <pre>
 *   own SECONDS            = EPOCH      becomes the owner, waiting so long to lead
 *   work SEED KEEP REST    = ok         begins a {@link Workload}, which rests up to REST ms
 *   keep BYTES             = ok         from now on it trims what is older than that
 *   end                    = ok         ends it, when all of it is committed
 *   read                   b BATCH...   = FIRST
 *   state                  = LEADING REBUILDING COMMITTED FIRST STATUS REASON
 *   members                = HOST:PORT,...
 *   replace HOST:PORT ID@HOST:PORT
 *                          = ok
 *   arm OPERATION:AFTER    = ok         see {@link TroubledDisk}
 *   slow MILLIS            = ok
 *   quit                   = ok         closes the member, and ends
 * </pre>
 *
 * An answer {@code ! TEXT} says why not. Between the answers stand the lines of the {@link Journal}
 * ({@code o}, {@code i}, {@code c}, {@code t}, {@code f}, {@code s}), {@code x OPERATION} when the
 * disk has stopped, and {@code d TEXT} when the member found itself damaged and was started again.
 * A line is in the kernel when what it tells of happens next.
 */
public final class MemberMain {
  private final SocketChannel parent;
  private final OutputStream out;
  private final MemberArguments arguments;
  private final TroubledDisk disk = new TroubledDisk(operation -> say("x " + operation));
  private final Reports reports = new Reports();

  private @Nullable Member member;
  private @Nullable LogService service;
  private @Nullable OwnedLog log;
  private @Nullable Workload workload;

  private MemberMain(SocketChannel parent, MemberArguments arguments) {
    this.parent = parent;
    this.out = Channels.newOutputStream(parent);
    this.arguments = arguments;
  }

  /** The process's entry. */
  public static void main(String[] words) throws IOException {
    SocketChannel parent = SocketChannel.open(UnixDomainSocketAddress.of(Path.of(words[0])));
    new MemberMain(parent, MemberArguments.of(Arrays.copyOfRange(words, 1, words.length))).run();
  }

  private void run() throws IOException {
    MemberArguments.Stop stop = arguments.stop();
    if (stop != null) {
      disk.arm(stop.operation(), stop.after());
    }
    try {
      begin();
    } catch (IOException e) {
      say("! " + e.getMessage());
      System.exit(1);
    }
    say("= ready");
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(Channels.newInputStream(parent), StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        command(line);
      }
    }
    Runtime.getRuntime().halt(0); // the parent is gone
  }

  private synchronized Member begin() throws IOException {
    Member begun = Member.start(arguments.config(disk), arguments.tls());
    member = begun;
    Transport transport = begun.transport();
    if (transport != null) {
      LogService serves = new LogService(begun);
      transport.service(serves);
      service = serves;
    }
    var _ = begun.damaged().thenAcceptAsync(this::again);
    return begun;
  }

  /** As a log server does. */
  private synchronized void again(String what) {
    say("d " + what);
    end();
    try {
      begin();
      say("d started again");
    } catch (IOException e) {
      say("d " + e.getMessage());
    }
  }

  private void end() {
    LogService serves = service;
    if (serves != null) {
      serves.close();
    }
    member().close();
  }

  private synchronized Member member() {
    Member now = member;
    if (now == null) {
      throw new IllegalStateException("not begun");
    }
    return now;
  }

  private void command(String line) {
    String[] words = line.split(" ", -1);
    try {
      answer(words);
    } catch (IOException | RuntimeException e) {
      say("! " + e.toString().replace('\n', ' '));
    }
  }

  private void answer(String[] words) throws IOException {
    switch (words[0]) {
      case "own" -> {
        OwnedLog opened =
            OwnedLog.open(
                member().backend(Duration.ofSeconds(Long.parseLong(words[1]))), "crash test");
        log = opened;
        say("= " + opened.epoch());
      }
      case "work" -> {
        workload =
            new Workload(
                needed(log),
                reports,
                Long.parseLong(words[1]),
                Long.parseLong(words[2]),
                Duration.ofMillis(Long.parseLong(words[3])));
        say("= ok");
      }
      case "keep" -> {
        needed(workload).keep(Long.parseLong(words[1]));
        say("= ok");
      }
      case "end" -> {
        needed(workload).end();
        var _ =
            Thread.ofPlatform()
                .daemon()
                .start(
                    () ->
                        say(
                            needed(workload).awaitSettled(MemberProcess.PATIENCE)
                                ? "= ok"
                                : "! does not settle"));
      }
      case "read" -> read();
      case "state" -> {
        Member now = member();
        say(
            "= %b %b %d %d %s %s"
                .formatted(
                    now.leading(),
                    now.rebuilding(),
                    now.committed(),
                    now.first(),
                    now.status(),
                    now.reason()));
      }
      case "members" -> say("= " + String.join(",", member().membership().members()));
      case "replace" -> {
        var _ =
            member()
                .membership()
                .replace(words[1], MemberArguments.address(words[2]))
                .whenComplete((done, error) -> say(error == null ? "= ok" : "! " + error));
      }
      case "arm" -> {
        MemberArguments.Stop stop = MemberArguments.Stop.of(words[1]);
        disk.arm(stop.operation(), stop.after());
        say("= ok");
      }
      case "slow" -> {
        disk.slow(Duration.ofMillis(Long.parseLong(words[1])));
        say("= ok");
      }
      case "quit" -> {
        end();
        say("= ok");
        System.exit(0);
      }
      default -> say("! no command " + words[0]);
    }
  }

  private static <T> T needed(@Nullable T thing) {
    if (thing == null) {
      throw new IllegalStateException("not owned, or no work begun");
    }
    return thing;
  }

  private void read() throws IOException {
    Found found = null;
    while (found == null) {
      Member now = member();
      try (LogReader reader = now.reader(now.first())) {
        found = Found.by(reader);
      } catch (LogTrimmedException e) {
        found = null; // a segment went away in between: once more
      }
    }
    StringBuilder lines = new StringBuilder();
    for (Batch batch : found.batches()) {
      BatchId id = batch.id();
      lines
          .append("b ")
          .append(batch.position())
          .append(' ')
          .append(batch.length())
          .append(' ')
          .append(batch.hash());
      if (id != null) {
        lines.append(' ').append(id.client()).append(' ').append(id.epoch());
        lines.append(' ').append(id.sequence());
      }
      lines.append('\n');
    }
    say(lines + "= " + found.first());
  }

  /** A line, or several, in the kernel when this returns. */
  private void say(String text) {
    byte[] bytes = (text + '\n').getBytes(StandardCharsets.UTF_8);
    synchronized (out) {
      try {
        out.write(bytes);
      } catch (IOException e) {
        Runtime.getRuntime().halt(0); // the parent is gone
      }
    }
  }

  /** The journal as lines. */
  private final class Reports implements Journal {
    @Override
    public void owns(long epoch, long first, long position) {
      say("o " + epoch + ' ' + first + ' ' + position);
    }

    @Override
    public void invoked(BatchId id, long position, int length, String hash, long at) {
      say(
          "i %s %d %d %d %d %s %d"
              .formatted(id.client(), id.epoch(), id.sequence(), position, length, hash, at));
    }

    @Override
    public void committed(long position, long at) {
      say("c " + position + ' ' + at);
    }

    @Override
    public void trims(long position) {
      say("t " + position);
    }

    @Override
    public void flushes() {
      say("f");
    }

    @Override
    public void status(String status, String reason) {
      say("s " + status + ' ' + reason);
    }
  }
}
