package io.holdfast.logstore.log;

import io.holdfast.logstore.record.RecordFlyweight;
import io.holdfast.logstore.record.RecordKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What was appended and is not yet in a file: a queue of buffers, each for one stretch of one
 * segment. In normal running there is one buffer, used again and again; while the disk takes
 * nothing more are added. A record may begin in one and end in another. Owned by the appending
 * thread.
 */
final class PendingWrites {
  /** Buffers kept for reuse; what a stall needed beyond these is left to the collector. */
  private static final int SPARES = 4;

  private static final int NOT_SUMMED = RecordFlyweight.KIND_OFFSET;

  private static final class Chunk {
    final ByteBuffer bytes;
    @Nullable Segment segment;

    /** Position in the log of the byte at index 0. */
    long start;

    int filled;
    int written;

    Chunk(int capacity) {
      bytes = ByteBuffer.allocateDirect(capacity);
    }

    int free() {
      return bytes.capacity() - filled;
    }

    void add(CRC32C crc, int from, int to) {
      bytes.limit(to).position(from);
      crc.update(bytes);
      bytes.clear();
    }
  }

  private final int chunkBytes;
  private final ArrayDeque<Chunk> queue = new ArrayDeque<>();
  private final ArrayDeque<Chunk> spares = new ArrayDeque<>();
  private final RecordFlyweight flyweight = new RecordFlyweight();
  private final CRC32C crc = new CRC32C();
  private volatile long unwritten;

  PendingWrites(int chunkBytes) {
    this.chunkBytes = chunkBytes;
    spares.addLast(new Chunk(chunkBytes));
  }

  /** Bytes. From any thread. */
  long unwritten() {
    return unwritten;
  }

  /** Whether a whole buffer waits to be written. */
  boolean overflowing() {
    return queue.size() > 1;
  }

  /** Adds the record of this position, sealed. */
  void put(
      Segment segment,
      long position,
      RecordKind kind,
      int version,
      long timeMicros,
      long stream,
      long offset,
      ByteBuffer payload,
      int from,
      int length) {
    Chunk head = room(segment, position, RecordFlyweight.HEADER_LENGTH);
    int at = head.filled;
    flyweight.wrap(head.bytes, at).header(kind, version, timeMicros, stream, offset, length);
    head.filled += RecordFlyweight.HEADER_LENGTH;
    crc.reset();
    head.add(crc, at + NOT_SUMMED, head.filled);
    copy(segment, position + RecordFlyweight.HEADER_LENGTH, payload, from, length);
    head.bytes.putInt(at + RecordFlyweight.CRC_OFFSET, (int) crc.getValue());
    addUnwritten(RecordFlyweight.HEADER_LENGTH + length);
  }

  private void copy(Segment segment, long position, ByteBuffer payload, int from, int length) {
    int done = 0;
    while (done < length) {
      Chunk chunk = room(segment, position + done, 1);
      int part = Math.min(chunk.free(), length - done);
      chunk.bytes.put(chunk.filled, payload, from + done, part);
      chunk.add(crc, chunk.filled, chunk.filled + part);
      chunk.filled += part;
      done += part;
    }
  }

  /** The buffer that takes the bytes from this position on, with room for so many at least. */
  private Chunk room(Segment segment, long position, int atLeast) {
    Chunk last = queue.peekLast();
    if (last != null && last.segment == segment && last.free() >= atLeast) {
      return last;
    }
    Chunk next = spares.pollLast();
    if (next == null) {
      next = new Chunk(chunkBytes);
    }
    next.segment = segment;
    next.start = position;
    next.filled = 0;
    next.written = 0;
    queue.addLast(next);
    return next;
  }

  /**
   * Writes the buffers in order, all or all but the one that is being filled. What an error leaves
   * unwritten stays, and is where the next call begins.
   */
  void drain(SegmentWriter writer, boolean all) throws IOException {
    for (Chunk chunk = queue.peekFirst();
        chunk != null && (all || chunk != queue.peekLast());
        chunk = queue.peekFirst()) {
      write(writer, chunk);
      queue.removeFirst();
      if (spares.size() < SPARES) {
        spares.addLast(chunk);
      }
    }
  }

  private void write(SegmentWriter writer, Chunk chunk) throws IOException {
    Segment segment = chunk.segment;
    if (segment == null) {
      throw new IllegalStateException("a buffer of no segment");
    }
    int before = chunk.written;
    chunk.bytes.limit(chunk.filled).position(before);
    try {
      writer.write(segment, chunk.bytes, chunk.start + before);
    } finally {
      chunk.written = chunk.bytes.position();
      chunk.bytes.clear();
      addUnwritten(before - chunk.written);
    }
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes it, others look
  private void addUnwritten(int bytes) {
    unwritten += bytes;
  }
}
