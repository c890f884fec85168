package io.holdfast.logstore.remote;

import io.holdfast.logstore.log.Log;
import io.holdfast.logstore.log.LogBackend;
import io.holdfast.logstore.log.LogStatistics;
import io.holdfast.logstore.log.SharedLog;
import io.holdfast.logstore.log.Streams;
import io.holdfast.logstore.segment.LogReader;
import io.holdfast.logstore.segment.LogTrimmedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Members of a log in memory, of which one leads or none. Appends commit at once, or when they are
 * let go. Thread-safe.
 */
final class FakeGroup {
  private record Entry(long position, int length, CompletableFuture<Long> done) {}

  final TreeMap<Long, Streams.Stream> streams = new TreeMap<>();
  private final List<Entry> waiting = new ArrayList<>();
  private final List<CompletableFuture<Void>> openings = new ArrayList<>();
  private byte[] bytes = new byte[1 << 20];
  private long base;
  private long first;
  private long end;
  private long committed;
  private long epoch;
  private boolean held;
  private String leader;
  private Log.Status status = Log.Status.OK;
  private String reason = "";
  private int duplicates;
  private @Nullable IOException answer;

  FakeGroup(long base, String leader) {
    this.base = base;
    this.first = base;
    this.end = base;
    this.committed = base;
    this.leader = leader;
  }

  /** Another leader, or none (empty); it has what was not committed, or has it not. */
  synchronized void lead(String address, boolean keep) {
    leader = address;
    if (!keep) {
      end = committed;
    }
    List<Entry> lost = List.copyOf(waiting);
    waiting.clear();
    lost.forEach(e -> e.done.completeExceptionally(new SharedLog.NotLeaderException(address)));
    if (keep && !held) {
      committed = end;
    }
  }

  /** Every append is answered so, of an owner that has its turn; null: as it should be. */
  synchronized void answerAppends(@Nullable IOException no) {
    answer = no;
  }

  /** From now on nothing commits. */
  synchronized void hold() {
    held = true;
  }

  /** All that waits commits, and everything that comes. */
  void release() {
    List<CompletableFuture<Void>> open;
    synchronized (this) {
      held = false;
      commitAll();
      open = List.copyOf(openings);
      openings.clear();
    }
    open.forEach(o -> o.complete(null));
  }

  /** The oldest that waits commits. */
  synchronized void commitOne() {
    Entry oldest = waiting.removeFirst();
    committed = oldest.position + oldest.length;
    oldest.done.complete(committed);
  }

  private void commitAll() {
    committed = end;
    List<Entry> all = List.copyOf(waiting);
    waiting.clear();
    all.forEach(e -> e.done.complete(e.position + e.length));
  }

  /** As a group that was led by force from a member that had less. */
  synchronized void forget(long position) {
    end = Math.min(end, position);
    committed = Math.min(committed, position);
  }

  synchronized void trimTo(long position) {
    first = position;
  }

  synchronized void status(Log.Status to, String why) {
    status = to;
    reason = why;
  }

  synchronized long committed() {
    return committed;
  }

  synchronized long first() {
    return first;
  }

  synchronized int waiting() {
    return waiting.size();
  }

  /** Appends that were there already. */
  synchronized int duplicates() {
    return duplicates;
  }

  synchronized byte[] content() {
    return Arrays.copyOf(bytes, (int) (committed - base));
  }

  /** Puts whole records there, committed, as an earlier owner left them. */
  synchronized void past(byte[] records) {
    put(records, 0, records.length);
    committed = end;
  }

  private void put(byte[] from, int at, int length) {
    int index = (int) (end - base);
    if (bytes.length < index + length) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, index + length));
    }
    System.arraycopy(from, at, bytes, index, length);
    end += length;
  }

  SharedLog member(String address) {
    return new Member(address);
  }

  private final class Member implements SharedLog {
    private final String address;

    Member(String address) {
      this.address = address;
    }

    private void lead() throws NotLeaderException {
      if (!address.equals(leader)) {
        throw new NotLeaderException(leader);
      }
    }

    @Override
    public CompletableFuture<LogBackend.Grant> open(String owner, long resume) {
      synchronized (FakeGroup.this) {
        try {
          lead();
          if (resume != 0 && resume != epoch) {
            throw new ExpiredException("epoch " + resume + " is over, now it is " + epoch);
          }
        } catch (IOException e) {
          return CompletableFuture.failedFuture(e);
        }
        if (resume == 0) {
          epoch++;
        }
        LogBackend.Grant grant = new LogBackend.Grant(epoch, first, end);
        CompletableFuture<Void> stable = new CompletableFuture<>();
        if (held) {
          openings.add(stable);
        } else {
          commitAll();
          stable.complete(null);
        }
        return stable.thenApply(x -> grant);
      }
    }

    @Override
    public CompletableFuture<Long> append(long of, long position, byte[] batch, int length) {
      synchronized (FakeGroup.this) {
        try {
          lead();
          if (of != epoch) {
            throw new ExpiredException("epoch " + of + " is over, now it is " + epoch);
          }
          if (answer != null) {
            throw answer;
          }
          if (position < end && position + length <= end) {
            duplicates++;
            return repeated(position, length);
          }
          if (position != end) {
            throw new PositionException(position, end);
          }
        } catch (IOException e) {
          return CompletableFuture.failedFuture(e);
        }
        put(batch, LogBackend.PREFIX, length);
        Entry entry = new Entry(position, length, new CompletableFuture<>());
        waiting.add(entry);
        if (!held) {
          commitAll();
        }
        return entry.done;
      }
    }

    private CompletableFuture<Long> repeated(long position, int length) {
      return waiting.stream()
          .filter(e -> e.position == position)
          .findFirst()
          .map(Entry::done)
          .orElseGet(() -> CompletableFuture.completedFuture(position + length));
    }

    @Override
    public long committed() {
      return FakeGroup.this.committed();
    }

    @Override
    public long first() {
      return FakeGroup.this.first();
    }

    @Override
    public LogReader reader(long position) throws IOException {
      if (position < first()) {
        throw new LogTrimmedException(position, first());
      }
      return new Reader(position);
    }

    @Override
    public CompletableFuture<Void> trim(long of, long position) {
      synchronized (FakeGroup.this) {
        if (of != epoch) {
          return CompletableFuture.failedFuture(new ExpiredException("over"));
        }
        first = Math.max(first, Math.min(position, committed));
        return CompletableFuture.completedFuture(null);
      }
    }

    @Override
    public Streams streams() {
      return new Streams() {
        @Override
        public int active() {
          return streams.size();
        }

        @Override
        public List<Stream> page(long after, int limit) {
          return streams.tailMap(after, false).values().stream().limit(limit).toList();
        }

        @Override
        public Optional<Stream> byEndpoint(byte[] endpoint) {
          return streams.values().stream()
              .filter(s -> Arrays.equals(s.endpoint(), endpoint))
              .findFirst();
        }

        @Override
        public Optional<Stream> stream(long key) {
          return Optional.ofNullable(streams.get(key));
        }
      };
    }

    @Override
    public LogStatistics statistics() {
      return new LogStatistics(
          7, 1, 100, 200, List.of(new LogStatistics.Member("a", address, "leader", -1)));
    }

    @Override
    public Log.Status status() {
      synchronized (FakeGroup.this) {
        return status;
      }
    }

    @Override
    public String reason() {
      synchronized (FakeGroup.this) {
        return reason;
      }
    }

    @Override
    public String leader() {
      synchronized (FakeGroup.this) {
        return leader;
      }
    }
  }

  private final class Reader implements LogReader {
    private long at;

    Reader(long at) {
      this.at = at;
    }

    @Override
    public long position() {
      return at;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
      synchronized (FakeGroup.this) {
        if (at < first) {
          throw new LogTrimmedException(at, first);
        }
        int read = RecentRecords.copy(bytes, (int) (at - base), (int) (committed - base), into);
        at += Math.max(0, read);
        return read;
      }
    }

    @Override
    public void close() {}
  }
}
