package io.holdfast.logstore.replication;

import io.holdfast.logstore.log.LogBackend;
import io.holdfast.logstore.segment.EntryKind;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What a Raft entry of ours carries: 16 bytes, then the body. Big-endian.
 *
 * <pre>
 *   offset  size  field
 *        0     1  kind: 1 RECORDS, 2 TRIM, 3 OWNER, 4 EXPIRED
 *        1     7  zero
 *        8     8  position of the log before it
 *       16     -  RECORDS: whole records; TRIM: a position (8); OWNER: epoch (8), name;
 *                 EXPIRED: a stream's key (8)
 * </pre>
 *
 * @param kind one of the four
 * @param position before it
 * @param body from its position to its limit; a view of the entry's bytes
 */
record Command(EntryKind kind, long position, ByteBuffer body) {
  private static final int LENGTH = LogBackend.PREFIX;
  private static final int POSITION_OFFSET = 8;

  /** Looks at the data of an entry. */
  static Command of(ByteBuffer data) {
    int at = data.position();
    if (data.remaining() < LENGTH) {
      throw new IllegalArgumentException("an entry of " + data.remaining() + " bytes");
    }
    EntryKind kind = EntryKind.of(data.get(at));
    if (kind == null || kind == EntryKind.CONFIGURATION || kind == EntryKind.NO_OP) {
      throw new IllegalArgumentException("an entry of kind " + data.get(at));
    }
    return new Command(
        kind,
        data.getLong(at + POSITION_OFFSET),
        data.slice(at + LENGTH, data.remaining() - LENGTH));
  }

  /** Puts the header in front of the records of a batch; returns the whole as an entry's data. */
  static ByteBuffer records(long position, byte[] batch, int length) {
    ByteBuffer data = ByteBuffer.wrap(batch, 0, LENGTH + length).slice();
    head(data, EntryKind.RECORDS, position);
    return data;
  }

  static ByteBuffer trim(long position, long keep) {
    ByteBuffer data = ByteBuffer.allocate(LENGTH + 8);
    head(data, EntryKind.TRIM, position);
    return data.putLong(LENGTH, keep);
  }

  static ByteBuffer expired(long position, long stream) {
    ByteBuffer data = ByteBuffer.allocate(LENGTH + 8);
    head(data, EntryKind.EXPIRED, position);
    return data.putLong(LENGTH, stream);
  }

  static ByteBuffer owner(long position, long epoch, String name) {
    byte[] text = name.getBytes(StandardCharsets.UTF_8);
    ByteBuffer data = ByteBuffer.allocate(LENGTH + 8 + text.length);
    head(data, EntryKind.OWNER, position);
    return data.putLong(LENGTH, epoch).put(LENGTH + 8, text);
  }

  private static void head(ByteBuffer data, EntryKind kind, long position) {
    data.putLong(0, 0).put(0, (byte) kind.code()).putLong(POSITION_OFFSET, position);
  }

  /** Of an entry of the store: the data that the engine replicates. */
  static ByteBuffer data(EntryKind kind, long position, ByteBuffer body) {
    ByteBuffer data = ByteBuffer.allocate(LENGTH + body.remaining());
    head(data, kind, position);
    return data.put(LENGTH, body, body.position(), body.remaining());
  }

  /** TRIM: what is before this position may go. EXPIRED: the stream. OWNER: the epoch. */
  long number() {
    if (body.remaining() < 8) {
      throw new IllegalArgumentException(kind + " of " + body.remaining() + " bytes");
    }
    return body.getLong(0);
  }

  /** OWNER: its name. */
  String name() {
    return StandardCharsets.UTF_8.decode(body.slice(8, body.limit() - 8)).toString();
  }
}
