package io.holdfast.logstore.replication;

import io.holdfast.logstore.log.SharedLog.ExpiredException;
import io.holdfast.logstore.log.SharedLog.NotLeaderException;
import io.holdfast.logstore.log.SharedLog.PositionException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Appends of owners elsewhere, in the order in which they came, until the sequencer takes them.
 * Bounded: one that finds more than 64 MiB before it is refused at once. What the log does not take
 * now, because a queue of the engine or the disk is full, is tried again when something was
 * committed and every 20 ms. From any thread; the state is guarded by {@link #waiting}.
 */
final class Backlog {
  /** Bytes that may wait. */
  private static final long MOST_BYTES = 64L << 20;

  private static final long RETRY_MILLIS = 20;

  /** The member that it belongs to. */
  interface Host {
    /** Who leads, for who asked the wrong one. */
    String leader();

    /** An append was refused for a reason that may be the disk's. */
    void trouble(IOException e);

    /** An append was taken. */
    void taken();

    /** Something may have been written. */
    void stored();

    /** Runs something in so many milliseconds; not at all after the member was closed. */
    void later(Runnable what, long millis);
  }

  /** An append that waits for its turn. */
  @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
  private record Waiting(
      long epoch, long position, byte[] batch, int length, CompletableFuture<Long> done) {}

  private final Sequencer sequencer;
  private final Host host;

  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
  private long bytes;

  Backlog(Sequencer sequencer, Host host) {
    this.sequencer = sequencer;
    this.host = host;
  }

  /** Puts an append behind those that wait, and hands over as far as it goes. */
  CompletableFuture<Long> add(long epoch, long position, byte[] batch, int length) {
    Waiting added = new Waiting(epoch, position, batch, length, new CompletableFuture<>());
    synchronized (waiting) {
      if (bytes > 0 && bytes + length > MOST_BYTES) {
        return CompletableFuture.failedFuture(
            new IOException("log stalled: " + bytes + " bytes wait"));
      }
      waiting.addLast(added);
      bytes += length;
    }
    drain();
    return added.done();
  }

  /** Hands over what waits, if anything does. */
  void drainIfAny() {
    boolean any;
    synchronized (waiting) {
      any = !waiting.isEmpty();
    }
    if (any) {
      drain();
    }
  }

  /** Hands over what waits, as far as it is taken. */
  void drain() {
    List<Runnable> refusals = new ArrayList<>();
    boolean rest;
    synchronized (waiting) {
      while (!waiting.isEmpty()) {
        Waiting next = waiting.peekFirst();
        if (!over(next, refusals)) {
          break;
        }
        waiting.removeFirst();
        bytes -= next.length();
      }
      rest = !waiting.isEmpty();
    }
    refusals.forEach(Runnable::run);
    host.stored();
    if (rest) {
      host.later(this::drain, RETRY_MILLIS);
    }
  }

  /** Whether one is done with: taken, or refused for good. */
  private boolean over(Waiting next, List<Runnable> refusals) {
    try {
      Sequencer.Taken taken =
          sequencer.append(next.epoch(), next.position(), next.batch(), next.length(), next.done());
      if (taken == Sequencer.Taken.NOT_NOW) {
        return false;
      }
      if (taken == Sequencer.Taken.NOT_LEADER) {
        refusals.add(
            () -> next.done().completeExceptionally(new NotLeaderException(host.leader())));
      }
      if (taken == Sequencer.Taken.YES) {
        host.taken();
      }
    } catch (ExpiredException | PositionException e) {
      refusals.add(() -> next.done().completeExceptionally(e));
    } catch (IOException e) {
      host.trouble(e);
      return false;
    }
    return true;
  }
}
