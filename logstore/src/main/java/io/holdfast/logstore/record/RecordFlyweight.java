package io.holdfast.logstore.record;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * A record in a buffer, big-endian, without copying. Not thread-safe; valid only while the wrapped
 * buffer is.
 *
 * <pre>
 *   offset  size  field
 *        0     4  length of the whole record in bytes, header included (36 to 2^24)
 *        4     4  CRC32C of bytes 8 to length
 *        8     1  kind
 *        9     1  format version of the payload
 *       10     2  reserved, zero
 *       12     8  wall-clock time, microseconds since 1970-01-01T00:00Z
 *       20     8  stream key (0: of no stream)
 *       28     8  offset in the stream of the first byte (0 where the kind has none)
 *       36     -  payload
 * </pre>
 *
 * A record's <em>position</em> is the number of bytes before it in the log; positions never repeat.
 */
public final class RecordFlyweight {
  public static final int LENGTH_OFFSET = 0;
  public static final int CRC_OFFSET = 4;
  public static final int KIND_OFFSET = 8;
  public static final int VERSION_OFFSET = 9;
  public static final int RESERVED_OFFSET = 10;
  public static final int TIME_OFFSET = 12;
  public static final int STREAM_OFFSET = 20;
  public static final int STREAM_POSITION_OFFSET = 28;
  public static final int HEADER_LENGTH = 36;

  /** The longest record in bytes, header included. */
  public static final int MAX_LENGTH = 1 << 24;

  private final CRC32C crc = new CRC32C();
  private ByteBuffer buffer = ByteBuffer.allocate(0);
  private int at;

  /** Looks at the record that starts at index {@code at}; reads and moves nothing. */
  public RecordFlyweight wrap(ByteBuffer buffer, int at) {
    this.buffer = buffer;
    this.at = at;
    return this;
  }

  /** Writes the header; the payload is expected to stand (or to be put) behind it. */
  public RecordFlyweight header(
      RecordKind kind, int version, long timeMicros, long stream, long offset, int payloadLength) {
    buffer.putInt(at + LENGTH_OFFSET, HEADER_LENGTH + payloadLength);
    buffer.putInt(at + CRC_OFFSET, 0);
    buffer.put(at + KIND_OFFSET, (byte) kind.code());
    buffer.put(at + VERSION_OFFSET, (byte) version);
    buffer.putShort(at + RESERVED_OFFSET, (short) 0);
    buffer.putLong(at + TIME_OFFSET, timeMicros);
    buffer.putLong(at + STREAM_OFFSET, stream);
    buffer.putLong(at + STREAM_POSITION_OFFSET, offset);
    return this;
  }

  /** Computes the checksum over header and payload and puts it in its place. */
  public RecordFlyweight seal() {
    buffer.putInt(at + CRC_OFFSET, computeCrc());
    return this;
  }

  /**
   * Whether the checksum agrees with what stands in the buffer. The length must be checked first.
   */
  public boolean intact() {
    return buffer.getInt(at + CRC_OFFSET) == computeCrc();
  }

  private int computeCrc() {
    int position = buffer.position();
    int limit = buffer.limit();
    try {
      buffer.limit(at + length()).position(at + KIND_OFFSET);
      crc.reset();
      crc.update(buffer);
      return (int) crc.getValue();
    } finally {
      buffer.limit(limit).position(position);
    }
  }

  /** Bytes, header included. */
  public int length() {
    return buffer.getInt(at + LENGTH_OFFSET);
  }

  public int crc() {
    return buffer.getInt(at + CRC_OFFSET);
  }

  /** The code of the kind, 0 to 255; {@link RecordKind#of} tells whether it is known. */
  public int kindCode() {
    return buffer.get(at + KIND_OFFSET) & 0xff;
  }

  /** 0 to 255. */
  public int version() {
    return buffer.get(at + VERSION_OFFSET) & 0xff;
  }

  /** Microseconds since 1970. */
  public long timeMicros() {
    return buffer.getLong(at + TIME_OFFSET);
  }

  public long stream() {
    return buffer.getLong(at + STREAM_OFFSET);
  }

  public long offset() {
    return buffer.getLong(at + STREAM_POSITION_OFFSET);
  }

  /** The buffer that holds the record. */
  public ByteBuffer buffer() {
    return buffer;
  }

  /** Index of the payload's first byte in {@link #buffer()}. */
  public int payloadIndex() {
    return at + HEADER_LENGTH;
  }

  /** Bytes. */
  public int payloadLength() {
    return length() - HEADER_LENGTH;
  }
}
