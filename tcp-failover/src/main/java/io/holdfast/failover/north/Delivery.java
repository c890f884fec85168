package io.holdfast.failover.north;

import io.holdfast.logstore.segment.LogReader;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.io.IOException;

/**
 * Gives the log to one speaker: replay and live delivery are this one loop. It goes as far as the
 * log is committed, the channel takes it, and the speaker's folding allows it. Owned by the event
 * loop, except {@link #position}, which anybody may read.
 */
final class Delivery implements AutoCloseable {
  /** How far a speaker is given the log beyond what it has folded, in bytes. */
  static final long WINDOW = 16L << 20;

  /** The most that goes into one frame unless a single record is longer, in bytes. */
  static final int BATCH = 256 << 10;

  private final Channel channel;
  private final LogReader reader;
  private volatile long position;
  private long folded;
  private boolean running;
  private boolean again;
  private boolean closed;

  Delivery(Channel channel, LogReader reader) {
    this.channel = channel;
    this.reader = reader;
    this.position = reader.position();
    this.folded = position;
  }

  /** Position behind the last record written to the channel. */
  long position() {
    return position;
  }

  /** The speaker has folded so far; throws if it claims what it was never given. */
  void folded(long claimed) {
    if (claimed < folded || claimed > position) {
      throw new FrameException(
          "FOLDED " + claimed + ", said " + folded + " before and was given " + position);
    }
    folded = claimed;
  }

  /**
   * Delivers what can be delivered now. A flush may make the channel writable again and come back
   * in here; the outer call then goes round once more.
   */
  void run(long committed) throws IOException {
    if (running || closed) {
      again = true;
      return;
    }
    running = true;
    try {
      do {
        again = false;
        boolean any = false;
        while (!closed && channel.isWritable() && writeBatch(committed)) {
          any = true;
        }
        if (any) {
          channel.flush();
        }
      } while (again && !closed);
    } finally {
      running = false;
    }
  }

  /** Writes one frame; false if nothing is there, or the window is shut. */
  private boolean writeBatch(long committed) throws IOException {
    long room = Math.min(folded + WINDOW, committed) - position;
    if (room <= 0) {
      return false;
    }
    // Never more than is there: a small live record must not pin a large buffer in the channel.
    int wanted = writeBatch((int) Math.min(room, BATCH));
    if (wanted < 0 && -wanted > NorthCodec.MAX_RECORDS) {
      throw new IOException("record of " + -wanted + " bytes at " + position + " fits no frame");
    }
    if (wanted < 0 && -wanted <= room) {
      wanted = writeBatch(-wanted);
    }
    return wanted > 0;
  }

  /** Bytes written, 0 if nothing is there, or minus the length of the record that did not fit. */
  private int writeBatch(int length) throws IOException {
    ByteBuf frame = channel.alloc().directBuffer(NorthCodec.RECORDS_HEADER_LENGTH + length);
    boolean written = false;
    try {
      int read = reader.read(frame.nioBuffer(NorthCodec.RECORDS_HEADER_LENGTH, length));
      if (read <= 0) {
        return read;
      }
      NorthCodec.recordsHeader(frame, position, read);
      position = reader.position();
      var _ = channel.write(frame, channel.voidPromise());
      written = true;
      return read;
    } finally {
      if (!written) {
        frame.release();
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    reader.close();
  }
}
