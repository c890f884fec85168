package io.holdfast.logstore.remote;

import io.holdfast.logstore.config.HostPort;
import io.holdfast.logstore.config.LogConfig;
import io.holdfast.logstore.log.LogBackend;
import io.holdfast.logstore.log.LogStatistics;
import io.holdfast.logstore.log.Streams;
import io.holdfast.logstore.segment.LogReader;
import io.holdfast.logstore.segment.LogTrimmedException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A log that members on other machines keep. Nothing is stored here; what was submitted lately is
 * remembered, so that live reading asks nobody.
 *
 * <p>What is appended while no member can be reached waits at the owner: {@link #submit} takes
 * nothing until the turn goes on. {@link #streams} and {@link #statistics} ask a member and wait, 2
 * s at most: they are not for an event loop. A {@link #reader} never waits in {@code read}.
 */
public final class RemoteBackend implements LogBackend {
  private static final Duration ANSWER = Duration.ofSeconds(2);
  private static final Duration PROGRESS = Duration.ofSeconds(5);
  private static final Logger LOG = LoggerFactory.getLogger(RemoteBackend.class);

  private final Dialer dialer;
  private final AutoCloseable owned;
  private final List<HostPort> servers;
  private final Duration patience;
  private volatile @Nullable OwnerTurn turn;

  RemoteBackend(Dialer dialer, AutoCloseable owned, List<HostPort> servers, Duration patience) {
    this.dialer = dialer;
    this.owned = owned;
    this.servers = List.copyOf(servers);
    this.patience = patience;
  }

  /**
   * A client of these servers, with a transport of its own. Connects to nobody yet.
   *
   * @param patience how long {@link #open} and a reader's awaitMore wait for a member that answers
   * @throws IOException if something is wrong with a PEM file: one line
   */
  public static RemoteBackend of(LogConfig.Servers servers, Duration patience) throws IOException {
    TransportDialer dialer = TransportDialer.open(servers.tls());
    return new RemoteBackend(dialer, dialer, servers.addresses(), patience);
  }

  @Override
  public Grant open(String owner, Listener listener) throws IOException {
    if (turn != null) {
      throw new IllegalStateException("opened already");
    }
    OwnerTurn begun = new OwnerTurn(dialer, servers, shortened(owner), listener);
    turn = begun;
    CompletableFuture<Grant> granted = begun.begin();
    long deadline = System.nanoTime() + patience.toNanos();
    try {
      while (true) {
        long left = deadline - System.nanoTime();
        try {
          return granted.get(Math.min(left, PROGRESS.toNanos()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
          if (left <= PROGRESS.toNanos()) {
            close();
            throw new IOException(
                "no member of the log took us within %d s: %s"
                    .formatted(patience.toSeconds(), begun.reasons()));
          }
          LOG.info("still no member of the log that takes us: {}", begun.reasons());
        }
      }
    } catch (InterruptedException e) {
      close();
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while the log was opened");
    } catch (ExecutionException e) {
      close();
      throw new IOException(Caller.text(e.getCause()), e);
    }
  }

  private static String shortened(String owner) {
    return owner.length() <= 63 ? owner : owner.substring(0, 63);
  }

  private OwnerTurn turn() {
    OwnerTurn now = turn;
    if (now == null) {
      throw new IllegalStateException("not opened yet");
    }
    return now;
  }

  @Override
  public boolean submit(long position, byte[] batch, int length) {
    return turn().appending().submit(position, batch, length);
  }

  @Override
  public LogReader reader(long position) throws IOException {
    if (position < first()) {
      throw new LogTrimmedException(position, first());
    }
    return new RemoteReader(turn().fetching(), position, patience);
  }

  @Override
  public long first() {
    return turn().trimming().first();
  }

  @Override
  public void trim(long position) {
    turn().trimming().trim(position);
  }

  @Override
  public Streams streams() {
    return new RemoteStreams(this::ask);
  }

  /** Own figures; the members as the leader tells them, or none where it cannot be asked. */
  @Override
  public LogStatistics statistics() {
    Appending of = turn().appending();
    List<LogStatistics.Member> members = List.of();
    try {
      if (ask(new Request.Statistics()) instanceof Answer.Figures figures) {
        members = figures.statistics().members();
      }
    } catch (IOException e) {
      LOG.debug("no figures of the members: {}", e.getMessage());
    }
    return new LogStatistics(
        of.bytes(),
        of.records(),
        of.times().percentileMicros(0.50),
        of.times().percentileMicros(0.99),
        members);
  }

  private Answer ask(Request request) throws IOException {
    try {
      return turn().ask(request).get(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    } catch (TimeoutException e) {
      throw new IOException("the log did not answer within " + ANSWER.toSeconds() + " s", e);
    } catch (ExecutionException e) {
      throw new IOException(Caller.text(e.getCause()), e);
    }
  }

  @Override
  public void close() {
    OwnerTurn now = turn;
    if (now != null) {
      now.close();
    }
    try {
      owned.close();
    } catch (Exception e) {
      LOG.warn("the connections to the log could not be closed: {}", e.getMessage());
    }
  }
}
