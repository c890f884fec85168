package io.holdfast.failover.restore;

import io.holdfast.failover.linux.Errno;
import io.holdfast.failover.linux.LinuxException;
import io.holdfast.failover.linux.TcpRepair;
import io.holdfast.failover.linux.TcpSockets;
import io.holdfast.failover.records.TcpOptions;
import java.net.Inet6Address;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Restores by TCP_REPAIR, in two phases. The log knows what we said, but not what of it the peer
 * has; a socket that is behind the peer's word is deaf to it for ever, and one whose queue counts
 * as sent waits seconds for its timer. So the first socket has the queue as sent and only asks (the
 * window probe on leaving repair mode); from its answer the second is made, with nothing in its
 * queue, and the rest is written to it as to any other.
 *
 * <p>The first socket's windows tell that it was answered: the peer's is set to a size that no peer
 * says, and an acknowledgment that the kernel takes for valid replaces it. It knows nothing of
 * SACK, for what it receives is forgotten with it; the gate keeps its acknowledgments in.
 */
public final class TcpRepairRestorer implements Runnable {
  /** Of a window: any that the peer says counts as newer than what was 1 GiB ago. */
  private static final int LONG_AGO = 1 << 30;

  private static final int UNANSWERED = 1;
  private static final int LARGEST_PLAIN = 0xffff;

  /** RFC 9293 section 3.7.1: where the option was absent. */
  private static final int MSS_IPV4 = 536;

  private static final int MSS_IPV6 = 1220;

  /** A probe is lost now and then, and is one shot. */
  private static final long PROBE_NANOS = 50_000_000L;

  private static final long SLOW_PROBE_NANOS = 500_000_000L;
  private static final long EAGER_NANOS = 2_000_000_000L;

  /** A peer of which nothing ever came, and that is silent for so long, never saw it open. */
  private static final long HANDSHAKE_NANOS = 1_000_000_000L;

  private static final Logger LOG = LoggerFactory.getLogger(TcpRepairRestorer.class);

  private static final class Attempt {
    final Restorable what;
    final int fd;
    final long begun;
    long nextProbe;

    Attempt(Restorable what, int fd, long now) {
      this.what = what;
      this.fd = fd;
      this.begun = now;
      this.nextProbe = now + PROBE_NANOS;
    }
  }

  private final List<Restorable> wanted;
  private final RestoreOutcome outcome;
  private final TcpSockets sockets = new TcpSockets();
  private final TcpRepair repair = new TcpRepair(sockets);
  private final Set<Long> abandoned = ConcurrentHashMap.newKeySet();
  private volatile boolean stopped;

  public TcpRepairRestorer(LoggedConnections logged, RestoreOutcome outcome) {
    this.wanted = logged.restorables();
    this.outcome = outcome;
  }

  /** Its connection is over: no socket is wanted any more. Any thread. */
  public void abandon(long connection) {
    abandoned.add(connection);
  }

  /** Ends soon; sockets that are not handed over go without a word. Any thread. */
  public void stop() {
    stopped = true;
  }

  @Override
  public void run() {
    List<Attempt> open = new ArrayList<>();
    for (Restorable each : wanted) {
      Attempt attempt = begin(each);
      if (attempt != null) {
        open.add(attempt);
      }
    }
    long begun = System.nanoTime();
    try {
      while (!open.isEmpty() && !stopped) {
        open.removeIf(this::decided);
        boolean young = System.nanoTime() - begun < PROBE_NANOS;
        TimeUnit.MICROSECONDS.sleep(young ? 500 : 5_000);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    open.forEach(attempt -> repair.forget(attempt.fd));
  }

  private @Nullable Attempt begin(Restorable what) {
    int fd = -1;
    try {
      long now = System.nanoTime();
      long end = what.acknowledged() + what.unacknowledged().capacity();
      int before = what.sendNumber(what.acknowledged());
      fd = open(what, before, false, now);
      windows(fd, what, UNANSWERED, LARGEST_PLAIN);
      if (end > what.acknowledged()) {
        repair.sent(fd, what.unacknowledged(), 0, what.unacknowledged().capacity());
      }
      repair.probe(fd);
      return new Attempt(what, fd, now);
    } catch (LinuxException e) {
      refused(what, fd, e);
      return null;
    }
  }

  private int open(Restorable what, int sendNext, boolean sack, long now) throws LinuxException {
    TcpOptions ours = what.opened().ours();
    TcpOptions theirs = what.opened().theirs();
    boolean six = what.opened().remote().address() instanceof Inet6Address;
    int mss = theirs.mss() > 0 ? theirs.mss() : six ? MSS_IPV6 : MSS_IPV4;
    return repair.open(
        what.opened().local().socketAddress(),
        what.opened().remote().socketAddress(),
        new TcpRepair.Numbers(
            sendNext,
            what.receiveNumber(),
            mss,
            theirs.windowScale(),
            ours.windowScale(),
            sack && ours.sackPermitted() && theirs.sackPermitted(),
            ours.timestamps() && theirs.timestamps(),
            what.timestamp(now)));
  }

  private void windows(int fd, Restorable what, int send, int largest) throws LinuxException {
    int next = what.receiveNumber();
    repair.windows(fd, new TcpRepair.Windows(next - LONG_AGO, send, largest, what.window(), next));
  }

  /** The next step of one; true when there is nothing left to be done for it. */
  private boolean decided(Attempt attempt) {
    Restorable what = attempt.what;
    long now = System.nanoTime();
    try {
      if (abandoned.remove(what.connection().id())) {
        repair.forget(attempt.fd);
        return true;
      }
      int error = sockets.soError(attempt.fd);
      if (error != 0) {
        repair.forget(attempt.fd);
        outcome.lost(what.connection(), error);
        return true;
      }
      if (sockets.info(attempt.fd).sendWindow() != UNANSWERED) {
        finish(attempt, now);
        return true;
      }
      if (what.received() == 0 && now - attempt.begun > HANDSHAKE_NANOS) {
        repair.forget(attempt.fd);
        outcome.lost(what.connection(), Errno.ETIMEDOUT);
        return true;
      }
      if (now - attempt.nextProbe > 0) {
        attempt.nextProbe =
            now + (now - attempt.begun < EAGER_NANOS ? PROBE_NANOS : SLOW_PROBE_NANOS);
        repair.enter(attempt.fd);
        repair.probe(attempt.fd);
      }
      return false;
    } catch (LinuxException e) {
      refused(what, attempt.fd, e);
      return true;
    }
  }

  /** The peer has said what it has: the socket that lives on begins there. */
  private void finish(Attempt attempt, long now) {
    Restorable what = attempt.what;
    int fd = attempt.fd;
    try {
      repair.enter(fd);
      TcpRepair.Windows seen = repair.windows(fd);
      int left = sockets.unsentBytes(fd);
      if (left < 0) {
        throw new LinuxException("SIOCOUTQ", -left);
      }
      repair.forget(fd);
      fd = -1;
      long end = what.acknowledged() + what.unacknowledged().capacity();
      long acknowledged = Math.max(what.acknowledged(), end - left);
      fd = open(what, what.sendNumber(acknowledged), true, now);
      windows(fd, what, seen.send(), Math.max(seen.largestSend(), seen.send()));
      repair.resume(fd);
      outcome.restored(what.connection(), fd, acknowledged, repair.timestamp(fd));
    } catch (LinuxException e) {
      refused(what, fd, e);
    }
  }

  private void refused(Restorable what, int fd, LinuxException e) {
    LOG.error("{} cannot be restored: {}", what.connection().key(), e.getMessage());
    if (fd >= 0) {
      repair.forget(fd);
    }
    outcome.lost(what.connection(), e.errno());
  }
}
