package io.holdfast.logstore.rpc;

import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When JRaft may be told that a connection has closed. JRaft keeps one context (thread, sequence of
 * answers) for each pair of peers that append, and drops it when a connection that used it closes.
 * Two things go wrong if it is told at once:
 *
 * <ul>
 *   <li>A peer that reconnects may have its new connection served before its old one is seen to
 *       close: dropped then, the context would take the new connection's order with it. So the end
 *       of a connection is told only if no other one has taken its pairs over.
 *   <li>JRaft drops a context while it holds the lock that each of the context's requests needs,
 *       and waits for them: for 15 s, in which nothing of any peer is answered. So the end is told
 *       when the last request of its pairs is handled.
 * </ul>
 *
 * <p>Thread-safe.
 */
final class AppendContexts {

  /** Two peers of a group, one of which appends to the other. */
  private static final class Pair {
    /** The connection that appended last. */
    AcceptedLink last;

    /** Requests that JRaft has and has not handled. */
    int running;

    Pair(AcceptedLink last) {
      this.last = last;
    }
  }

  private static final Logger LOG = LoggerFactory.getLogger(AppendContexts.class);

  private final Consumer<AcceptedLink> closed;

  /** Guarded by this, as all else. */
  private final Map<String, Pair> pairs = new HashMap<>();

  /** Connections that have appended, and whose end is not told. */
  private final Set<AcceptedLink> appended = new HashSet<>();

  /** Of those, the ones that are closed. */
  private final Set<AcceptedLink> over = new HashSet<>();

  private final Executor teller;

  /**
   * @param closed tells JRaft; waits for the context's thread
   * @param teller runs that; must take it whatever else runs, or a pair is kept for ever
   */
  AppendContexts(Consumer<AcceptedLink> closed, Executor teller) {
    this.closed = closed;
    this.teller = teller;
  }

  /** What JRaft keeps one context for: group, who is appended to, who appends. */
  static String pair(AppendEntriesRequest append) {
    return append.getGroupId() + ' ' + append.getPeerId() + ' ' + append.getServerId();
  }

  /**
   * Hands an append on.
   *
   * @param selected JRaft's choice, made while no context is dropped
   * @throws RejectedExecutionException if that takes no more
   */
  synchronized void execute(
      AcceptedLink from,
      AppendEntriesRequest append,
      Supplier<Executor> selected,
      Runnable handling) {
    Pair pair = pairs.computeIfAbsent(pair(append), _ -> new Pair(from));
    pair.last = from;
    appended.add(from);
    selected
        .get()
        .execute(
            () -> {
              try {
                handling.run();
              } finally {
                handled(pair);
              }
            });
    pair.running++; // what runs already waits for this lock at its end
  }

  private synchronized void handled(Pair pair) {
    pair.running--;
    if (pair.running == 0 && over.contains(pair.last)) {
      AcceptedLink gone = pair.last;
      later(() -> tell(gone));
    }
  }

  /** A connection has closed; does not wait. */
  void closed(AcceptedLink link) {
    later(() -> over(link));
  }

  private synchronized void over(AcceptedLink link) {
    if (appended.contains(link)) {
      over.add(link);
      tell(link);
    } else {
      closed.accept(link);
    }
  }

  /** If it is over, not told, and nothing of its pairs runs. */
  private synchronized void tell(AcceptedLink link) {
    boolean busy = pairs.values().stream().anyMatch(p -> p.last.equals(link) && p.running > 0);
    if (busy || !over.remove(link)) {
      return;
    }
    appended.remove(link);
    if (pairs.values().removeIf(pair -> pair.last.equals(link))) {
      closed.accept(link);
    }
  }

  private void later(Runnable task) {
    try {
      teller.execute(task);
    } catch (RejectedExecutionException e) {
      LOG.debug("the transport is closing: nobody asks for these peers again", e);
    }
  }
}
