package io.holdfast.logstore.log;

import io.holdfast.logstore.record.RecordFlyweight;
import io.holdfast.logstore.record.RecordKind;
import io.holdfast.logstore.segment.LogReader;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Hands out the records of one stream only. Owned by one thread. */
final class StreamReader implements LogReader {
  private static final int CHUNK = 64 << 10;

  private final LogReader all;
  private final long stream;
  private final long offset;
  private final RecordFlyweight record = new RecordFlyweight();

  /** Records of all streams: from its position to its limit those not yet looked at. */
  private ByteBuffer chunk = ByteBuffer.allocate(CHUNK).limit(0);

  StreamReader(LogReader all, long stream, long offset) {
    this.all = all;
    this.stream = stream;
    this.offset = offset;
  }

  @Override
  public long position() {
    return all.position() - chunk.remaining();
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    int put = 0;
    while (chunk.hasRemaining() || fill()) {
      int length = record.wrap(chunk, chunk.position()).length();
      if (wanted()) {
        if (length > into.remaining()) {
          return put == 0 ? -length : put;
        }
        into.put(into.position(), chunk, chunk.position(), length);
        into.position(into.position() + length);
        put += length;
      }
      chunk.position(chunk.position() + length);
    }
    return put;
  }

  private boolean wanted() {
    return record.stream() == stream
        && (record.kindCode() != RecordKind.RECEIVED.code()
            || record.offset() + record.payloadLength() > offset
            || offset == 0);
  }

  private boolean fill() throws IOException {
    chunk.clear();
    int read = all.read(chunk);
    if (read < 0) {
      chunk = ByteBuffer.allocate(-read);
      read = all.read(chunk);
    }
    chunk.flip();
    return read > 0;
  }

  @Override
  public boolean awaitMore() throws IOException {
    return all.awaitMore();
  }

  @Override
  public void close() {
    all.close();
  }
}
