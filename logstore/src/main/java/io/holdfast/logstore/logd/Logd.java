package io.holdfast.logstore.logd;

import io.holdfast.logstore.config.ConfigException;
import io.holdfast.logstore.control.ControlServer;
import io.holdfast.logstore.placement.LogPlacement;
import io.holdfast.logstore.remote.LogService;
import io.holdfast.logstore.replication.Member;
import io.holdfast.logstore.rpc.HelloHandler;
import io.holdfast.logstore.rpc.PeerIdentity;
import io.holdfast.logstore.rpc.RefusedException;
import io.holdfast.logstore.rpc.TlsFiles;
import io.holdfast.logstore.rpc.Transport;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log server: a member of the log without a router. {@code logd [--config FILE] [--check]};
 * exit status 0 ended as told, 1 could not start, 2 wrong usage or configuration.
 */
public final class Logd implements AutoCloseable {
  private static final String USAGE =
      """
      usage: logd [--config FILE] [--check]
      Keeps a log for routers elsewhere, alone or as one of several members.
        --config FILE  the configuration (default: /etc/holdfast/holdfast.yaml)
        --check        checks the parts of it that logd uses, and ends: 0 valid, 2 not
      Runs in the foreground, in the network namespace that it is started in, until SIGTERM or Ctrl-C.
      Exit status: 0 ended as told, 1 could not start, 2 wrong usage or configuration\
      """;
  private static final Logger LOG = LoggerFactory.getLogger(Logd.class);

  /** A member and what serves it to owners. */
  private record Running(Member member, LogService service) {
    void close() {
      service.close();
      member.close();
    }
  }

  private final LogdConfig config;
  private final ControlServer control;
  private final MultiThreadIoEventLoopGroup controlLoop =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private final ExecutorService commands =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("control").daemon(true).factory());

  /** Guarded by this. */
  private boolean closed;

  private volatile Running running;

  private Logd(LogdConfig config) throws IOException {
    this.config = config;
    Files.createDirectories(config.runtimeDirectory());
    this.running = begin();
    LogCommands answers =
        new LogCommands(
            () -> LogView.of(running.member(), config.members().self(), config.log().sync()));
    this.control = answers.addTo(new ControlServer(config.control(), commands));
    try {
      control.open(controlLoop);
    } catch (IOException e) {
      running.close();
      throw e;
    }
    LOG.info(
        "logd is ready: member {} at {}, log {}",
        config.members().self(),
        config.members().own().address(),
        config.log().directory());
  }

  /**
   * Starts a log server in this process; blocks until the other members have said whether its files
   * may be trusted.
   *
   * @throws IOException with one line for the operator
   */
  public static Logd start(LogdConfig config) throws IOException {
    return new Logd(config);
  }

  private Running begin() throws IOException {
    Member member = Member.start(LogPlacement.member(config.log()), tls(config));
    LogService service = new LogService(member);
    Objects.requireNonNull(member.transport()).service(service);
    var _ = member.damaged().thenAcceptAsync(what -> again(member, what), commands);
    return new Running(member, service);
  }

  /** Its files are damaged: started anew it is rebuilt from the others. */
  private synchronized void again(Member member, String what) {
    if (closed || !running.member().equals(member)) {
      return;
    }
    LOG.error("the files of the log are damaged, and are rebuilt from the other members: {}", what);
    running.close();
    try {
      running = begin();
    } catch (IOException e) {
      LOG.error("the member could not be started again: {}", e.getMessage());
      Runtime.getRuntime().halt(1);
    }
  }

  @Override
  public void close() {
    control.close();
    synchronized (this) {
      closed = true;
      running.close();
    }
    commands.shutdownNow();
    controlLoop
        .shutdownGracefully(0, 1, TimeUnit.SECONDS)
        .awaitUninterruptibly(2, TimeUnit.SECONDS);
  }

  /** The command. */
  public static void main(String[] arguments) {
    PrintStream err = System.err;
    if (List.of("-h", "--help").contains(String.join(" ", arguments))) {
      System.out.println(USAGE);
      System.exit(0);
      return;
    }
    Arguments parsed = Arguments.parse(arguments);
    if (parsed == null) {
      err.println(USAGE);
      System.exit(2);
      return;
    }
    System.exit(run(parsed, err));
  }

  private record Arguments(Path config, boolean check) {
    static @Nullable Arguments parse(String[] words) {
      Path config = Path.of("/etc/holdfast/holdfast.yaml");
      boolean check = false;
      for (int i = 0; i < words.length; i++) {
        if (words[i].equals("--config") && i + 1 < words.length) {
          config = Path.of(words[++i]);
        } else if (words[i].equals("--check")) {
          check = true;
        } else {
          return null;
        }
      }
      return new Arguments(config, check);
    }
  }

  private static int run(Arguments arguments, PrintStream err) {
    LogdConfig config;
    try {
      config = LogdConfig.load(arguments.config());
    } catch (ConfigException e) {
      err.println(e.getMessage());
      return 2;
    }
    config.log().warnings().forEach(warning -> err.println("logd: warning: " + warning));
    if (arguments.check()) {
      return certificatesAreWell(config, err) ? 0 : 2;
    }
    return serve(config, err);
  }

  private static boolean certificatesAreWell(LogdConfig config, PrintStream err) {
    try {
      new Transport(tls(config), new Silent()).close();
      return true;
    } catch (IOException e) {
      err.println(config.file() + ": " + e.getMessage());
      return false;
    }
  }

  private static TlsFiles tls(LogdConfig config) {
    return LogPlacement.tls(config.members().tls());
  }

  /** For a transport that greets nobody. */
  private static final class Silent implements HelloHandler {
    @Override
    public byte[] ours(String to) {
      return new byte[0];
    }

    @Override
    public void theirs(PeerIdentity peer, byte[] hello) throws RefusedException {
      throw new RefusedException("this is a check");
    }
  }

  /** Runs until SIGTERM, which may also come while the start waits for the other members. */
  private static int serve(LogdConfig config, PrintStream err) {
    AtomicReference<Logd> daemon = new AtomicReference<>();
    AtomicInteger status = new AtomicInteger();
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> stop(daemon.get(), status.get()), "shutdown"));
    try {
      daemon.set(start(config));
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      err.println("logd: " + e.getMessage());
      status.set(1);
    }
    return status.get();
  }

  /** SIGTERM: an end in order is status 0, which the JVM would not give by itself. */
  private static void stop(@Nullable Logd daemon, int status) {
    if (daemon != null) {
      daemon.close();
    }
    Runtime.getRuntime().halt(status);
  }
}
