package io.holdfast.failover.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Two hosts on one wire, in network namespaces of their own; the test's process is in both.
 *
 * <pre>
 *   peer  10.77.0.1  fd77::1  -- veth --  10.77.0.2  fd77::2  us
 * </pre>
 *
 * A socket stays in the namespace where it was made, and a program runs in that of the thread that
 * starts it: so each host has one thread, which entered its namespace with setns(2) and does there
 * whatever it is given.
 */
@SuppressWarnings("restricted")
public final class TwoHosts implements AutoCloseable {
  private static final AtomicInteger MADE = new AtomicInteger();

  private final String name = "hft" + ProcessHandle.current().pid() + "n" + MADE.incrementAndGet();
  private final Host us = new Host(name + "us");
  private final Host peer = new Host(name + "peer");

  public TwoHosts() throws Exception {
    try {
      run("ip", "netns", "add", us.namespace);
      run("ip", "netns", "add", peer.namespace);
      run(
          ("ip link add wire netns " + peer.namespace + " type veth peer name wire netns ")
              + us.namespace);
      setUp(peer, 1);
      setUp(us, 2);
      us.enter();
      peer.enter();
    } catch (Exception | AssertionError failed) {
      close();
      throw failed;
    }
  }

  private static void setUp(Host host, int number) throws Exception {
    String ip = "ip -n " + host.namespace + " ";
    run(ip + "link set lo up");
    run(ip + "addr add 10.77.0." + number + "/24 dev wire");
    run(ip + "addr add fd77::" + number + "/64 dev wire nodad");
    run(ip + "link set wire up");
  }

  public Host us() {
    return us;
  }

  public Host peer() {
    return peer;
  }

  @Override
  public void close() throws IOException {
    for (Host host : new Host[] {us, peer}) {
      host.thread.shutdownNow();
      new ProcessBuilder("ip", "netns", "del", host.namespace).start().onExit().join();
    }
  }

  /** Runs a program in the calling thread's namespace and returns what it said. */
  public static String run(String... command) throws IOException, InterruptedException {
    String[] words = command.length == 1 ? command[0].split(" ") : command;
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes());
    if (process.waitFor() != 0) {
      throw new AssertionError(Arrays.toString(words) + ": " + said);
    }
    return said;
  }

  /** One host: a thread in its namespace. */
  public static final class Host {
    private final String namespace;
    private final ExecutorService thread;

    private Host(String namespace) {
      ThreadFactory threads =
          work -> {
            Thread made = new Thread(work, namespace);
            made.setDaemon(true);
            return made;
          };
      this.namespace = namespace;
      this.thread = Executors.newSingleThreadExecutor(threads);
    }

    public String namespace() {
      return namespace;
    }

    /** Does the work in the host's thread and waits for it. */
    public <T> T in(Callable<T> work) throws Exception {
      try {
        return thread.submit(work).get(60, TimeUnit.SECONDS);
      } catch (ExecutionException failed) {
        if (failed.getCause() instanceof Exception exception) {
          throw exception;
        }
        throw new AssertionError(failed.getCause());
      }
    }

    /** Runs a program on the host. */
    public String exec(String command) throws Exception {
      return in(() -> run(command));
    }

    /** Runs shell text on the host. */
    public String shell(String text) throws Exception {
      return in(() -> run("sh", "-ec", text));
    }

    private void enter() throws Exception {
      in(
          () -> {
            Linker linker = Linker.nativeLinker();
            MethodHandle open =
                linker.downcallHandle(
                    linker.defaultLookup().findOrThrow("open"),
                    FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT),
                    Linker.Option.firstVariadicArg(2));
            MethodHandle setns =
                linker.downcallHandle(
                    linker.defaultLookup().findOrThrow("setns"),
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
            try (Arena arena = Arena.ofConfined()) {
              MemorySegment path = arena.allocateFrom("/run/netns/" + namespace);
              int fd = (int) open.invokeExact(path, 0x80000);
              if ((int) setns.invokeExact(fd, 0x40000000) != 0) {
                throw new AssertionError("setns");
              }
              Descriptors.close(fd);
              return null;
            } catch (Throwable failed) {
              throw new AssertionError(failed);
            }
          });
    }
  }
}
