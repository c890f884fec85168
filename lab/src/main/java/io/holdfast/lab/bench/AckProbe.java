package io.holdfast.lab.bench;

import io.holdfast.failover.linux.LinuxException;
import io.holdfast.failover.linux.TcpInfo;
import io.holdfast.failover.linux.TcpSockets;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/**
 * How long a segment of the peer waits for its acknowledgment: the time from {@code send} until the
 * kernel has nothing unacknowledged any more (SIOCOUTQ), which is asked for again and again. Less
 * than a microsecond of it is the asking.
 *
 * <p>Each probe is of two full segments, for a receiver may keep the acknowledgment of a single
 * small one back for 40 ms (RFC 9293 section 3.8.6.3) and then its timer would be what is measured;
 * more than one full segment it acknowledges at once (RFC 5681 section 4.2; Linux: more than
 * rcv_mss). Between two probes the line is idle for a millisecond, as it is in BGP, so the waking
 * of everybody is measured too.
 */
final class AckProbe {
  private static final int SEGMENTS = 2;
  private static final long GAP_NANOS = 1_000_000;
  private static final long LIMIT_NANOS = 2_000_000_000L;

  private final TcpSockets sockets = new TcpSockets();
  private final int fd;

  private AckProbe(int fd) {
    this.fd = fd;
  }

  /** What a series of probes gave, in microseconds. */
  record Latency(double p50Micros, double p99Micros) {
    @Override
    public String toString() {
      return String.format(Locale.ROOT, "p50 %.0f us p99 %.0f us", p50Micros, p99Micros);
    }
  }

  /** Probes a {@link StreamService}. */
  static Latency measure(InetSocketAddress service, int probes) throws IOException {
    TcpSockets sockets = new TcpSockets();
    AckProbe probe = new AckProbe(sockets.connect(null, service, 0));
    try {
      return probe.run(probes);
    } finally {
      sockets.closeOrderly(probe.fd);
    }
  }

  private Latency run(int probes) throws IOException {
    await("the handshake", this::isEstablished);
    int length = SEGMENTS * sockets.info(fd).sendMss();
    ByteBuffer bytes = ByteBuffer.allocateDirect(Math.max(length, StreamService.ORDER_LENGTH));
    bytes.put(0, StreamService.UPLOAD).putLong(1, (long) probes * length);
    timed(bytes, StreamService.ORDER_LENGTH);
    long[] nanos = new long[probes];
    for (int i = 0; i < probes; i++) {
      nanos[i] = timed(bytes, length);
      LockSupport.parkNanos(GAP_NANOS);
    }
    await("the service's answer", () -> sockets.read(fd, bytes, 0, 1) == 1);
    Arrays.sort(nanos);
    return new Latency(nanos[probes / 2] / 1e3, nanos[probes * 99 / 100] / 1e3);
  }

  private boolean isEstablished() throws LinuxException {
    return sockets.info(fd).state() == TcpInfo.ESTABLISHED;
  }

  private long timed(ByteBuffer bytes, int length) throws IOException {
    long start = System.nanoTime();
    int taken = sockets.write(fd, bytes, 0, length);
    if (taken != length) {
      throw new IOException("the socket took " + taken + " of " + length + " bytes");
    }
    while (sockets.unsentBytes(fd) > 0) {
      if (System.nanoTime() - start > LIMIT_NANOS) {
        throw new IOException("no acknowledgment within two seconds");
      }
    }
    return System.nanoTime() - start;
  }

  private interface Condition {
    boolean holds() throws IOException;
  }

  private static void await(String what, Condition condition) throws IOException {
    long start = System.nanoTime();
    while (!condition.holds()) {
      if (System.nanoTime() - start > LIMIT_NANOS) {
        throw new IOException("waited two seconds for " + what);
      }
      LockSupport.parkNanos(100_000);
    }
  }
}
