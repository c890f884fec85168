package io.holdfast.failover.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.failover.linux.PlatformCheck;
import io.holdfast.failover.pipeline.Alarms;
import io.holdfast.failover.pipeline.FailoverEngine;
import io.holdfast.failover.pipeline.SpeakerWatch;
import io.holdfast.logstore.config.ConfigException;
import io.holdfast.logstore.config.LogConfig;
import io.holdfast.logstore.control.ControlException;
import io.holdfast.logstore.control.ControlServer;
import io.holdfast.logstore.log.Log;
import io.holdfast.logstore.logd.LogCommands;
import io.holdfast.logstore.logd.LogView;
import io.holdfast.logstore.placement.PlacedLog;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The daemon that owns the sockets. It knows no BGP. {@code failoverd [--config FILE] [--check]};
 * exit status 0 ended as told, 1 could not start, 2 wrong usage or configuration.
 */
public final class Failoverd implements AutoCloseable {
  /** How the log is opened; a test can stand between. */
  @FunctionalInterface
  public interface LogOpener {
    Log open(PlacedLog log) throws IOException;
  }

  private static final String USAGE =
      """
      usage: failoverd [--config FILE] [--check]
      Owns the BGP router's TCP connections, and starts its speaker unless failover.supervise is false.
        --config FILE  the configuration (default: /etc/holdfast/holdfast.yaml)
        --check        checks the parts of it that failoverd uses, and ends: 0 valid, 2 not
      Runs in the foreground, in the network namespace that it is started in, until SIGTERM or Ctrl-C.
      Exit status: 0 ended as told, 1 could not start, 2 wrong usage or configuration\
      """;
  private static final Logger LOG = LoggerFactory.getLogger(Failoverd.class);
  private static final Duration SURVIVOR_PATIENCE = Duration.ofSeconds(2);
  private static final long TRIM_SECONDS = 10;

  /** One of several members may follow for as long as another leads. */
  private static final Duration LOG_PATIENCE = Duration.ofDays(365);

  private static final int EXPIRED_STATUS = 75;
  private static final int DAMAGED_STATUS = 76;

  private final PlacedLog placed;
  private final Log log;
  private final FailoverEngine engine;

  /** What the control commands find, once it is there. */
  private volatile @Nullable Log opened;

  private volatile @Nullable FailoverEngine running;
  private final @Nullable Supervisor supervisor;
  private final ControlServer control;
  private final MultiThreadIoEventLoopGroup controlLoop =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private final ScheduledExecutorService housekeeping =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("housekeeping").daemon(true).factory());

  private Failoverd(FailoverConfig config, LogOpener opener) throws IOException {
    Alarms alarms = new Alarms();
    Files.createDirectories(config.runtimeDirectory());
    this.placed = PlacedLog.begin(config.log(), LOG_PATIENCE);
    this.control =
        new LogCommands(() -> view(config))
            .addTo(new ControlServer(config.failoverdControl(), housekeeping))
            .command("show.failover", _ -> status(config));
    // A member of several may wait for long until it leads: it can be asked meanwhile.
    control.open(controlLoop);
    this.log = opener.open(placed);
    opened = log;
    boolean hadPast = log.appended() > log.first();
    log.onStatus((status, reason) -> heard(alarms, status, reason));
    if (placed.member().isPresent()) {
      var _ = placed.member().get().damaged().thenAccept(Failoverd::diesDamaged);
    }
    Supervisor own = config.supervise() ? new Supervisor(speakerCommand(config), alarms) : null;
    this.supervisor = own;
    SpeakerWatch watch = own == null ? new NoWatch() : own;
    this.engine =
        FailoverEngine.start(
            new FailoverEngine.Options(
                config.northSocket(), config.queue(), config.ring(), config.standInLimit()),
            log,
            alarms,
            _ -> watch);
    running = engine;
    var _ =
        housekeeping.scheduleWithFixedDelay(
            () -> engine.trim(housekeeping), TRIM_SECONDS, TRIM_SECONDS, TimeUnit.SECONDS);
    if (own != null) {
      own.begin(hadPast ? SURVIVOR_PATIENCE : Duration.ZERO);
    }
    LOG.info("failoverd is ready: queue {}, log {}", config.queue(), config.log().directory());
  }

  /**
   * Starts a failoverd in this process and in the network namespace that it is in.
   *
   * @throws IOException with one line for the operator
   */
  public static Failoverd start(FailoverConfig config, LogOpener opener) throws IOException {
    return new Failoverd(config, opener);
  }

  /** The log that the configuration asks for, as soon as it can be had. */
  public static Log openLog(PlacedLog placed) throws IOException {
    return placed.open("failoverd");
  }

  private static void heard(Alarms alarms, Log.Status status, String reason) {
    alarms.raise("the log is " + status + ": " + reason);
    if (status == Log.Status.EXPIRED) {
      // What we would do from here on, another one does. The rules keep our sockets silent.
      LOG.error("{}; this failoverd ends", reason);
      Runtime.getRuntime().halt(EXPIRED_STATUS);
    }
  }

  private static void diesDamaged(String what) {
    LOG.error(
        "the log of this member is damaged; it ends, and is rebuilt when it starts: {}", what);
    Runtime.getRuntime().halt(DAMAGED_STATUS);
  }

  private LogView view(FailoverConfig config) {
    if (placed.member().isPresent()) {
      String id =
          config.log().placement() instanceof LogConfig.Members members ? members.self() : "";
      return LogView.of(placed.member().get(), id, config.log().sync());
    }
    Log now = opened;
    if (now == null) {
      throw new UncheckedIOException(new IOException("failoverd waits for its log"));
    }
    return LogView.of(now);
  }

  private static List<String> speakerCommand(FailoverConfig config) {
    Path home = Path.of(System.getProperty("holdfast.home", "."));
    return List.of(home.resolve("bin/bgpd").toString(), "--config", config.file().toString());
  }

  private JsonNode status(FailoverConfig config) throws ControlException {
    FailoverEngine now = running;
    if (now == null) {
      throw new ControlException("failoverd waits for its log; ask: holdfast log status");
    }
    try {
      return FailoverStatus.json(now.snapshot().get(2, TimeUnit.SECONDS), config, log, supervisor);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ControlException("interrupted");
    } catch (ExecutionException | TimeoutException e) {
      throw new ControlException("the pipeline did not answer within 2 s");
    }
  }

  @Override
  public void close() {
    housekeeping.shutdownNow();
    control.close();
    if (supervisor != null) {
      supervisor.close();
    }
    engine.close();
    log.close();
    controlLoop
        .shutdownGracefully(0, 1, TimeUnit.SECONDS)
        .awaitUninterruptibly(2, TimeUnit.SECONDS);
  }

  /** Somebody else looks after the speaker. */
  private static final class NoWatch implements SpeakerWatch {
    @Override
    public void active(int pid) {
      LOG.info("the speaker, process {}, is active", pid);
    }

    @Override
    public void silent(int pid) {
      LOG.warn("the speaker, process {}, is silent and fenced", pid);
    }

    @Override
    public void gone(int pid) {
      LOG.warn("the speaker, process {}, is gone", pid);
    }
  }

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
    FailoverConfig config;
    try {
      config = FailoverConfig.load(arguments.config());
    } catch (ConfigException e) {
      err.println(e.getMessage());
      return 2;
    }
    if (config.supervise() && !speakerAccepts(config)) {
      return 2;
    }
    config.log().warnings().forEach(warning -> err.println("failoverd: warning: " + warning));
    if (arguments.check()) {
      return 0;
    }
    if (config.transport() == FailoverConfig.Transport.DIRECT) {
      err.println(
          "failoverd: %s says transport: direct: bgpd runs without failoverd"
              .formatted(config.file()));
      return 2;
    }
    return serve(config, Failoverd::openLog, err);
  }

  /**
   * Whether the speaker that we are to start would start with this file: it knows the parts of it
   * that we do not, and says itself what is wrong with them. Any other trouble than a wrong file is
   * the supervisor's.
   */
  private static boolean speakerAccepts(FailoverConfig config) {
    List<String> command = new ArrayList<>(speakerCommand(config));
    command.add("--check");
    ProcessBuilder check = new ProcessBuilder(command).inheritIO();
    check.environment().remove("HOLDFAST_AOT_OUTPUT"); // It is for our own JVM, see bin/java.sh.
    try {
      return check.start().waitFor() != 2;
    } catch (IOException e) {
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  /** Runs until SIGTERM; for {@link #main} and for mains of tests. */
  public static int serve(FailoverConfig config, LogOpener opener, PrintStream err) {
    List<String> problems = PlatformCheck.problems(false);
    if (!problems.isEmpty()) {
      problems.forEach(problem -> err.println("failoverd: " + problem));
      return 1;
    }
    try {
      Failoverd daemon = start(config, opener);
      Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(daemon), "shutdown"));
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 0;
    } catch (IOException e) {
      err.println("failoverd: " + e.getMessage());
      return 1;
    }
    return 0;
  }

  /** SIGTERM: an end in order is status 0, which the JVM would not give by itself. */
  private static void stop(Failoverd daemon) {
    daemon.close();
    Runtime.getRuntime().halt(0);
  }
}
