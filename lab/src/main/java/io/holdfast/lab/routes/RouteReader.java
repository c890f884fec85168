package io.holdfast.lab.routes;

import io.holdfast.bgp.wire.attribute.PathAttributes;
import io.holdfast.bgp.wire.message.BgpMessage;
import io.holdfast.bgp.wire.message.Keepalive;
import io.holdfast.bgp.wire.message.Notification;
import io.holdfast.bgp.wire.message.Open;
import io.holdfast.bgp.wire.message.RouteRefresh;
import io.holdfast.bgp.wire.message.Update;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/** A peer that listens: collects the table that it is told, and counts. Any thread may ask. */
public final class RouteReader implements Closeable {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Long2ObjectHashMap<PathAttributes> table = new Long2ObjectHashMap<>();
  private final Map<PathAttributes, PathAttributes> interned = new HashMap<>();
  private final Consumer<String> onEnd;
  private final BgpEndpoint endpoint;
  private Count count = new Count(0, 0, 0, 0, 0, 0, 0, null);

  /**
   * What was received so far.
   *
   * @param routes in the table now
   * @param updates messages
   * @param announcements prefixes announced, again and again as told
   * @param withdrawals prefixes withdrawn
   * @param validWithdrawals of those, prefixes that were in the table
   * @param endOfRibs End-of-RIB markers
   * @param notifications 0 or 1
   * @param end why the session is over, or null
   */
  public record Count(
      int routes,
      long updates,
      long announcements,
      long withdrawals,
      long validWithdrawals,
      int endOfRibs,
      int notifications,
      @Nullable String end) {}

  private RouteReader(
      BgpEndpoint.Settings settings, boolean listen, Duration patience, Consumer<String> onEnd)
      throws IOException {
    this.onEnd = onEnd;
    BgpEndpoint.Listener listener = new Ear();
    this.endpoint =
        listen
            ? BgpEndpoint.accept(settings, patience, listener)
            : BgpEndpoint.connect(settings, patience, listener);
  }

  /** Opens a session; see {@link RouteFeeder#start}. */
  public static RouteReader start(
      BgpEndpoint.Settings settings, boolean listen, Duration patience, Consumer<String> onEnd)
      throws IOException {
    return new RouteReader(settings, listen, patience, onEnd);
  }

  private final class Ear implements BgpEndpoint.Listener {
    @Override
    public void message(BgpMessage message) {
      lock.lock();
      try {
        switch (message) {
          case Update update -> apply(update);
          case Notification notification -> notified();
          case Open open -> {}
          case Keepalive keepalive -> {}
          case RouteRefresh refresh -> {}
        }
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void ended(String reason) {
      lock.lock();
      try {
        count =
            new Count(
                count.routes,
                count.updates,
                count.announcements,
                count.withdrawals,
                count.validWithdrawals,
                count.endOfRibs,
                count.notifications,
                reason);
        changed.signalAll();
      } finally {
        lock.unlock();
      }
      onEnd.accept(reason);
    }
  }

  private void apply(Update update) {
    int valid = 0;
    for (int i = 0; i < update.withdrawn().size(); i++) {
      valid += table.remove(update.withdrawn().prefix(i)) != null ? 1 : 0;
    }
    PathAttributes attributes = update.attributes();
    if (attributes != null) {
      PathAttributes known = interned.putIfAbsent(attributes, attributes);
      PathAttributes kept = known != null ? known : attributes;
      update.announced().forEach(prefix -> table.put(prefix, kept));
    }
    count =
        new Count(
            table.size(),
            count.updates + 1,
            count.announcements + update.announced().size(),
            count.withdrawals + update.withdrawn().size(),
            count.validWithdrawals + valid,
            count.endOfRibs + (update.endOfRib() != null ? 1 : 0),
            count.notifications,
            count.end);
  }

  private void notified() {
    count =
        new Count(
            count.routes,
            count.updates,
            count.announcements,
            count.withdrawals,
            count.validWithdrawals,
            count.endOfRibs,
            count.notifications + 1,
            count.end);
  }

  /** What was received so far. */
  public Count count() {
    lock.lock();
    try {
      return count;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until the count is as wanted, the session ends or the time is over.
   *
   * @return whether it is as wanted
   */
  public boolean await(Predicate<Count> wanted, Duration patience) throws InterruptedException {
    long left = patience.toNanos();
    lock.lockInterruptibly();
    try {
      while (!wanted.test(count) && count.end == null && left > 0) {
        left = changed.awaitNanos(left);
      }
      return wanted.test(count);
    } finally {
      lock.unlock();
    }
  }

  /** The table as a number; equal to {@link RouteTable#digest} of the same routes. */
  public long digest() {
    lock.lock();
    try {
      TableDigest digest = new TableDigest();
      table.forEachLong(digest::add);
      return digest.value();
    } finally {
      lock.unlock();
    }
  }

  /** The attributes of a prefix in the table, or null. */
  public @Nullable PathAttributes route(long prefix) {
    lock.lock();
    try {
      return table.get(prefix);
    } finally {
      lock.unlock();
    }
  }

  /** A copy of the table. */
  public Map<Long, PathAttributes> table() {
    lock.lock();
    try {
      return new HashMap<>(table);
    } finally {
      lock.unlock();
    }
  }

  /** The session. */
  public BgpEndpoint endpoint() {
    return endpoint;
  }

  /** Says goodbye and closes. */
  @Override
  public void close() {
    endpoint.close();
  }
}
