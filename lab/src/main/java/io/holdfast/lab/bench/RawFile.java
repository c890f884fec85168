package io.holdfast.lab.bench;

import io.holdfast.logstore.record.RecordFlyweight;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.LongConsumer;

/**
 * The least that can be done with the same records: the payloads are put one behind the other, with
 * room for a header, into a direct buffer, and that is written in the calling thread at the end of
 * a file that grows; then, if synced, an fdatasync. No header, no checksum. The file is deleted at
 * the end.
 */
final class RawFile implements AppendTarget {
  /** As a log's record with a payload of {@link #PAYLOAD} bytes. */
  static final int RECORD = RecordFlyweight.HEADER_LENGTH + PAYLOAD;

  private final Path path;
  private final boolean synced;
  private final int mostAtOnce;
  private final FileChannel channel;
  private final ByteBuffer payload = ByteBuffer.allocateDirect(PAYLOAD);
  private final ByteBuffer bytes = ByteBuffer.allocateDirect(AppendLoop.BATCH * RECORD);
  private LongConsumer listener = _ -> {};
  private long end;

  /**
   * @param mostAtOnce records of one write, up to {@link AppendLoop#BATCH}
   */
  RawFile(Path path, boolean synced, int mostAtOnce) throws IOException {
    this.path = path;
    this.synced = synced;
    this.mostAtOnce = mostAtOnce;
    this.channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    for (int i = 0; i < PAYLOAD; i++) {
      payload.put(i, (byte) i);
    }
  }

  @Override
  public long end() {
    return end;
  }

  @Override
  public int recordBytes() {
    return RECORD;
  }

  @Override
  public void append(int records) throws IOException {
    for (int left = records; left > 0; left -= mostAtOnce) {
      write(Math.min(left, mostAtOnce));
    }
    if (synced) {
      channel.force(false);
    }
    listener.accept(end);
  }

  private void write(int records) throws IOException {
    bytes.position(0).limit(records * RECORD);
    for (int at = RecordFlyweight.HEADER_LENGTH; at < bytes.limit(); at += RECORD) {
      bytes.put(at, payload, 0, PAYLOAD);
    }
    while (bytes.hasRemaining()) {
      end += channel.write(bytes, end);
    }
  }

  @Override
  public void onCommit(LongConsumer to) {
    listener = to;
  }

  @Override
  public void close() throws IOException {
    channel.close();
    Files.delete(path);
  }
}
