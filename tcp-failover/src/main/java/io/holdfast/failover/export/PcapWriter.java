package io.holdfast.failover.export;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Writes the classic capture format of libpcap, version 2.4, with microseconds, for Ethernet
 * frames: every tool reads that, also those that know no raw IP and no pcapng. Owned by one thread;
 * the stream stays the caller's.
 *
 * <pre>
 *   file:  u32 magic, u16 2, u16 4, u32 0, u32 0, u32 longest frame, u32 link type; then frames
 *   frame: u32 seconds, u32 microseconds, u32 bytes here, u32 bytes on the wire; the bytes
 * </pre>
 */
public final class PcapWriter {
  private static final int MAGIC_MICROSECONDS = 0xa1b2c3d4;
  private static final int LINK_TYPE_ETHERNET = 1;
  private static final int FILE_HEADER_LENGTH = 24;
  private static final int FRAME_HEADER_LENGTH = 16;
  private static final int LONGEST_FRAME = 262_144;
  private static final long MICROS = 1_000_000;

  /** The format counts seconds in 32 bits. */
  private static final long LAST_SECOND = 0xffff_ffffL;

  private final OutputStream out;
  private final ByteBuffer header =
      ByteBuffer.allocate(FRAME_HEADER_LENGTH).order(ByteOrder.LITTLE_ENDIAN);

  /** Writes the file's header. */
  public PcapWriter(OutputStream out) throws IOException {
    this.out = out;
    ByteBuffer file = ByteBuffer.allocate(FILE_HEADER_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
    file.putInt(MAGIC_MICROSECONDS).putShort((short) 2).putShort((short) 4).putInt(0).putInt(0);
    file.putInt(LONGEST_FRAME).putInt(LINK_TYPE_ETHERNET);
    out.write(file.array());
  }

  /**
   * Writes one whole frame.
   *
   * @param timeMicros since 1970; what the format cannot say becomes the nearest that it can
   * @param frame its array's first {@code length} bytes are the frame
   */
  void frame(long timeMicros, ByteBuffer frame, int length) throws IOException {
    long seconds = Math.clamp(Math.floorDiv(timeMicros, MICROS), 0, LAST_SECOND);
    header.clear();
    header.putInt((int) seconds).putInt((int) Math.floorMod(timeMicros, MICROS));
    header.putInt(length).putInt(length);
    out.write(header.array());
    out.write(frame.array(), frame.arrayOffset(), length);
  }
}
