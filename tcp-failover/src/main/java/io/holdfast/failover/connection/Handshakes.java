package io.holdfast.failover.connection;

import io.holdfast.failover.records.TcpOptions;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Handshakes that are not finished (RFC 9293 section 3.5): what the peer's SYN said until our
 * SYN-ACK shows that our TCP took it, and what our own SYN said until the peer's SYN-ACK came. Only
 * SYNs of configured peers come here; a flood of them under forged addresses costs {@link #LIMIT}
 * entries, the oldest go first. Owned by the pipeline.
 */
public final class Handshakes {
  /** The most unfinished handshakes that peers can make us remember. */
  public static final int LIMIT = 1024;

  /** The peer's SYN or SYN-ACK: its initial sequence number and its options. */
  public record PeerSyn(int sequence, TcpOptions options) {}

  /** A connection that we are opening; filled in as the handshake goes on. */
  public static final class Attempt {
    private final long request;
    private final int descriptor;
    private boolean sent;
    private int sequence;
    private @Nullable TcpOptions options;
    private boolean established;
    private @Nullable PeerSyn answer;

    Attempt(long request, int descriptor) {
      this.request = request;
      this.descriptor = descriptor;
    }

    public long request() {
      return request;
    }

    public int descriptor() {
      return descriptor;
    }

    /** Our SYN passed with these numbers. */
    public void syn(int sequence, TcpOptions options) {
      this.sent = true;
      this.sequence = sequence;
      this.options = options;
    }

    /** The peer's SYN-ACK (or, in a simultaneous open, its SYN) passed. */
    public void answered(PeerSyn syn) {
      answer = syn;
    }

    /** What {@link #answered} was told last; no flood of forged SYNs can push it out. */
    public @Nullable PeerSyn answer() {
      return answer;
    }

    /** The kernel says that the handshake is complete on our side. */
    public boolean isEstablished() {
      return established;
    }

    public boolean synSent() {
      return sent;
    }

    public int sequence() {
      return sequence;
    }

    public @Nullable TcpOptions options() {
      return options;
    }
  }

  private final Map<FourTuple, PeerSyn> peers =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<FourTuple, PeerSyn> eldest) {
          return size() > LIMIT;
        }
      };
  private final Map<FourTuple, Attempt> attempts = new HashMap<>();

  public void peerSyn(FourTuple key, PeerSyn syn) {
    peers.remove(key);
    peers.put(key.copy(), syn);
  }

  public @Nullable PeerSyn takePeerSyn(FourTuple key) {
    return peers.remove(key);
  }

  public void connecting(FourTuple key, long request, int descriptor) {
    peers.remove(key);
    attempts.put(key.copy(), new Attempt(request, descriptor));
  }

  public @Nullable Attempt attempt(FourTuple key) {
    return attempts.get(key);
  }

  public @Nullable Attempt takeAttempt(FourTuple key) {
    return attempts.remove(key);
  }

  /** Our TCP reports the attempt with this request's number as established. */
  public void established(long request) {
    for (Attempt attempt : attempts.values()) {
      if (attempt.request == request) {
        attempt.established = true;
      }
    }
  }

  /**
   * The attempt with this request's number is over.
   *
   * @return whether there was one that nobody had taken or ended yet
   */
  public boolean forget(long request) {
    return attempts.values().removeIf(attempt -> attempt.request == request);
  }

  /**
   * Who asked for them is gone: their numbers mean nothing to its successor.
   *
   * @return their descriptors
   */
  public int[] endAttempts() {
    int[] descriptors = attempts.values().stream().mapToInt(Attempt::descriptor).toArray();
    attempts.clear();
    return descriptors;
  }
}
