package io.holdfast.logstore.rpc;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Requests of one connection that wait for their answers, each with a deadline. Thread-safe. One
 * timer serves all: it runs at the earliest deadline that it knows.
 */
final class Calls {

  /** Exactly one of its methods is called, once: on the event loop, or where it was opened. */
  interface Call {
    void answered(Frame answer) throws BadFrameException;

    void timedOut();

    void closed(String why);
  }

  private record Waiting(Call call, long deadline) {}

  private static final long NEVER = Long.MAX_VALUE;

  private final EventLoop loop;
  private final long zero = System.nanoTime();
  private final Map<Long, Waiting> waiting = new ConcurrentHashMap<>();
  private final AtomicLong ids = new AtomicLong();
  private final AtomicLong nextLook = new AtomicLong(NEVER);
  private volatile @Nullable String closed;

  Calls(EventLoop loop) {
    this.loop = loop;
  }

  /**
   * Notes a call whose request is sent next.
   *
   * @return its request id
   */
  long open(Call call, long timeoutNanos) {
    long id = ids.incrementAndGet();
    long deadline = now() + timeoutNanos;
    waiting.put(id, new Waiting(call, deadline));
    String why = closed;
    if (why != null) {
      close(id, why);
    } else {
      lookAt(deadline);
    }
    return id;
  }

  /** Takes a call back whose request could not be sent; false if it has ended already. */
  boolean withdraw(long id) {
    return waiting.remove(id) != null;
  }

  void answered(Frame frame) throws BadFrameException {
    if (frame.id() < 1 || frame.id() > ids.get()) {
      throw new BadFrameException(Refusal.UNKNOWN_TYPE, "an answer to what was never asked");
    }
    Waiting found = waiting.remove(frame.id());
    if (found != null) { // else nobody waits any more
      found.call.answered(frame);
    }
  }

  void closed(String why) {
    closed = why;
    for (long id : List.copyOf(waiting.keySet())) {
      close(id, why);
    }
  }

  private void close(long id, String why) {
    Waiting found = waiting.remove(id);
    if (found != null) {
      found.call.closed(why);
    }
  }

  private long now() {
    return System.nanoTime() - zero;
  }

  private void lookAt(long time) {
    long planned = nextLook.get();
    while (time < planned) {
      if (nextLook.compareAndSet(planned, time)) {
        try {
          var _ = loop.schedule(this::look, Math.max(0, time - now()), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
          closed("the transport is closed");
        }
        return;
      }
      planned = nextLook.get();
    }
  }

  private void look() {
    nextLook.set(NEVER);
    long now = now();
    long earliest = NEVER;
    List<Long> late = new ArrayList<>();
    for (Map.Entry<Long, Waiting> each : waiting.entrySet()) {
      long deadline = each.getValue().deadline;
      if (deadline <= now) {
        late.add(each.getKey());
      } else {
        earliest = Math.min(earliest, deadline);
      }
    }
    for (long id : late) {
      Waiting found = waiting.remove(id);
      if (found != null) {
        found.call.timedOut();
      }
    }
    if (earliest != NEVER) {
      lookAt(earliest);
    }
  }
}
