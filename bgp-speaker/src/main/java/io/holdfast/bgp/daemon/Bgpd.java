package io.holdfast.bgp.daemon;

import io.holdfast.bgp.config.SpeakerConfig;
import io.holdfast.failover.daemon.FailoverConfig;
import io.holdfast.logstore.config.ConfigException;
import io.holdfast.logstore.control.ControlServer;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The speaker's main: {@code bgpd [--config FILE] [--check]}. */
public final class Bgpd {
  /** Exit status of a negative answer. */
  static final int NEGATIVE = 1;

  /** Exit status of wrong usage or configuration. */
  static final int USAGE = 2;

  private static final String HELP =
      """
      usage: bgpd [--config FILE] [--check]
      The BGP speaker. failoverd starts it, unless failover.supervise is false or transport is direct.
        --config FILE  the configuration (default: /etc/holdfast/holdfast.yaml)
        --check        checks all of it, and ends: 0 valid, 2 not
      Exit status: 1 could not start, 2 wrong usage or configuration; bgpd ends only when it is told to\
      """;
  private static final Logger LOG = LoggerFactory.getLogger(Bgpd.class);
  private static final long GOODBYE_MILLIS = 500;

  private Bgpd() {}

  /** Runs until the process is told to end. */
  public static void main(String[] arguments) throws InterruptedException {
    List<String> words = List.of(arguments);
    if (words.equals(List.of("-h")) || words.equals(List.of("--help"))) {
      System.out.println(HELP);
      System.exit(0);
    }
    int at = words.indexOf("--config");
    boolean check = words.contains("--check");
    if (words.size() != (check ? 1 : 0) + (at < 0 ? 0 : 2) || (at >= 0 && at + 1 == words.size())) {
      exit(HELP, USAGE);
      return;
    }
    String file = at < 0 ? "/etc/holdfast/holdfast.yaml" : words.get(at + 1);
    try {
      SpeakerConfig config = SpeakerConfig.load(Path.of(file));
      if (!check) {
        start(config);
        new CountDownLatch(1).await();
      }
    } catch (ConfigException e) {
      exit(String.valueOf(e.getMessage()), USAGE);
    } catch (IOException e) {
      exit("bgpd: " + e.getMessage(), NEGATIVE);
    }
  }

  private static void exit(String why, int status) {
    System.err.println(why);
    System.exit(status);
  }

  private static void start(SpeakerConfig config) throws IOException {
    FailoverConfig shared = config.failover();
    Files.createDirectories(shared.runtimeDirectory());
    EventLoopGroup loops =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("speaker"), EpollIoHandler.newFactory());
    EventLoop loop = loops.next();
    if (shared.transport() == FailoverConfig.Transport.DIRECT) {
      startDirect(config, loops, loop);
    } else {
      startAttached(config, loops, loop);
    }
  }

  private static void startAttached(SpeakerConfig config, EventLoopGroup loops, EventLoop loop) {
    FailoverTransport transport = new FailoverTransport(loop);
    SpeakerLoop speaker =
        new SpeakerLoop(loop, Settings.router(config), Settings.peers(config), transport);
    ControlDoor control =
        new ControlDoor(
            config.failover().bgpdControl(), () -> answer(config, speaker, loops, loop));
    control.offer();
    // A clean end is no other than a crash: the stand-in keeps the sessions.
    Runtime.getRuntime().addShutdownHook(new Thread(control::close, "goodbye"));
    transport.open(
        speaker, config.failover().northSocket(), Settings.service(config), build(), control::take);
    keepTheName(control, transport, loop);
    LOG.info("bgpd: AS {}, waiting for failoverd", config.router().as());
  }

  /** A speaker that wakes up late may take the control socket once more, in good faith. */
  @SuppressWarnings("FutureReturnValueIgnored") // It goes on as long as the process does.
  private static void keepTheName(
      ControlDoor control, FailoverTransport transport, EventLoop loop) {
    loop.scheduleWithFixedDelay(
        () -> {
          if (transport.attached()) {
            control.take();
          }
        },
        1,
        1,
        TimeUnit.SECONDS);
  }

  private static void startDirect(SpeakerConfig config, EventLoopGroup loops, EventLoop loop)
      throws IOException {
    DirectTransport transport = new DirectTransport(loop);
    SpeakerLoop speaker =
        new SpeakerLoop(loop, Settings.router(config), Settings.peers(config), transport);
    ControlServer control = answer(config, speaker, loops, loop);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  control.close();
                  sayGoodbye(speaker, loops, loop);
                },
                "goodbye"));
    transport.open(speaker, config.router().port());
    LOG.info("bgpd: AS {}, port {}, no failover", config.router().as(), config.router().port());
  }

  private static void sayGoodbye(SpeakerLoop speaker, EventLoopGroup loops, EventLoop loop) {
    loop.submit(() -> speaker.speaker().shutDown())
        .awaitUninterruptibly(GOODBYE_MILLIS, TimeUnit.MILLISECONDS);
    loops
        .shutdownGracefully(0, GOODBYE_MILLIS, TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(GOODBYE_MILLIS, TimeUnit.MILLISECONDS);
  }

  private static ControlServer answer(
      SpeakerConfig config, SpeakerLoop speaker, EventLoopGroup loops, EventLoop loop)
      throws IOException {
    ControlServer control = new ControlServer(config.failover().bgpdControl(), loop);
    new Answers(speaker, config).addTo(control);
    control.open(loops);
    return control;
  }

  /** What failoverd writes into the log as our build. */
  private static String build() {
    String version = Bgpd.class.getPackage().getImplementationVersion();
    return "bgpd " + (version == null ? "from source" : version);
  }
}
