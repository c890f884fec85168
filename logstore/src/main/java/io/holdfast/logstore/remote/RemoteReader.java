package io.holdfast.logstore.remote;

import io.holdfast.logstore.segment.LogReader;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Reads what this owner submitted lately from memory, and what is older from the members: chunk by
 * chunk, ahead of its owner, up to {@link #AHEAD} bytes. {@link #read} never waits for them.
 */
final class RemoteReader implements LogReader {
  /** Bytes asked for at a time. */
  static final int CHUNK = 512 << 10;

  /** Bytes held before no more are asked for. */
  private static final int AHEAD = 2 * CHUNK;

  /** Where the chunks come from. */
  interface Source {
    long committed();

    RecentRecords recent();

    /**
     * Asks for records from this position on; {@link RemoteReader#arrived}, askAgain or failed
     * comes.
     */
    void fetch(RemoteReader reader, long position, int most);

    void forget(RemoteReader reader);
  }

  @SuppressWarnings("ArrayRecordComponent") // own bytes, never compared
  private record Chunk(long position, byte[] bytes, int length) {
    long end() {
      return position + length;
    }
  }

  private final Source source;
  private final Duration patience;
  private volatile long position;

  /** Guarded by this, as all below. */
  private final ArrayDeque<Chunk> chunks = new ArrayDeque<>();

  private long held;
  private boolean asking;
  private boolean closed;
  private long arrivals;
  private @Nullable IOException failure;

  RemoteReader(Source source, long position, Duration patience) {
    this.source = source;
    this.position = position;
    this.patience = patience;
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    long committed = source.committed();
    long at = position;
    if (at >= committed) {
      return 0;
    }
    int read = source.recent().read(at, committed, into);
    if (read == 0) {
      read = readAhead(at, committed, into);
    }
    if (read > 0) {
      position = at + read;
    }
    return read;
  }

  private synchronized int readAhead(long at, long committed, ByteBuffer into) throws IOException {
    dropBefore(at);
    Chunk chunk = chunks.peekFirst();
    int read = 0;
    if (chunk != null && chunk.position <= at) {
      int end = (int) (Math.min(committed, chunk.end()) - chunk.position);
      read = RecentRecords.copy(chunk.bytes, (int) (at - chunk.position), end, into);
    } else if (failure != null) {
      throw failure;
    }
    if (read >= 0) {
      ask(at + read, committed);
    }
    return read;
  }

  private void dropBefore(long at) {
    for (Chunk first = chunks.peekFirst();
        first != null && first.end() <= at;
        first = chunks.peekFirst()) {
      chunks.removeFirst();
      held -= first.bytes.length;
    }
  }

  /** Asks for what follows what is here, unless that is enough, or known anyway. */
  private void ask(long at, long committed) {
    Chunk last = chunks.peekLast();
    long from = last == null ? at : Math.max(at, last.end());
    if (!asking
        && !closed
        && failure == null
        && held < AHEAD
        && from < committed
        && !source.recent().holds(from)) {
      asking = true;
      source.fetch(this, from, CHUNK);
    }
  }

  /** What was asked for did not come, through no fault of its own: asks again. */
  synchronized void askAgain() {
    asking = false;
    ask(position, source.committed());
    notifyAll();
  }

  /** Whole records that begin at a position that was asked for. */
  synchronized void arrived(long from, byte[] bytes, int length) {
    asking = false;
    arrivals++;
    Chunk last = chunks.peekLast();
    if (length > 0 && !closed && (last == null || last.end() == from)) {
      chunks.addLast(new Chunk(from, bytes, length));
      held += bytes.length;
      ask(position, source.committed());
    }
    notifyAll();
  }

  /** What was asked for will not come. */
  synchronized void failed(IOException why) {
    asking = false;
    failure = why;
    notifyAll();
  }

  @Override
  public boolean awaitMore() throws IOException {
    try {
      return awaitMore(patience.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while the log was read");
    }
  }

  private synchronized boolean awaitMore(long limit) throws IOException, InterruptedException {
    long since = System.nanoTime();
    long seen = arrivals;
    while (true) {
      long committed = source.committed();
      if (position >= committed) {
        return false;
      }
      if (readable() || closed || failure != null) {
        return true;
      }
      if (arrivals != seen) {
        seen = arrivals;
        since = System.nanoTime();
      }
      ask(position, committed);
      long left = limit - (System.nanoTime() - since);
      if (left <= 0) {
        throw new IOException(
            "the log could not be read at position %d for %d s"
                .formatted(position, patience.toSeconds()));
      }
      // Also round now and then: a commit may have put the record into the memory meanwhile.
      wait(Math.clamp(TimeUnit.NANOSECONDS.toMillis(left), 1, 100));
    }
  }

  private boolean readable() {
    dropBefore(position);
    Chunk first = chunks.peekFirst();
    return source.recent().holds(position) || (first != null && first.position <= position);
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      chunks.clear();
      held = 0;
      notifyAll();
    }
    source.forget(this);
  }
}
