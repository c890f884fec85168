package io.holdfast.lab.log;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.lab.history.BatchId;
import io.holdfast.logstore.record.RecordFlyweight;
import io.holdfast.logstore.record.RecordKind;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A record as the lab compares it.
 *
 * @param position the bytes before it in the log
 * @param kind its code
 * @param length in bytes, header included
 * @param hash of kind, stream, offset and payload
 * @param name the batch that it begins; null where it belongs to the one in front
 */
public record LogRecord(
    long position,
    int kind,
    long stream,
    long offset,
    int length,
    String hash,
    @Nullable BatchId name) {
  private static final int KEY_LENGTH = 1 + 8 + 8;

  /** What stands in a buffer. */
  static LogRecord of(long position, RecordFlyweight record) {
    ByteBuffer payload = record.buffer().slice(record.payloadIndex(), record.payloadLength());
    return of(position, record.kindCode(), record.stream(), record.offset(), payload);
  }

  /** What is about to be written. */
  static LogRecord of(long position, int kind, long stream, long offset, ByteBuffer payload) {
    ByteBuffer all = ByteBuffer.allocate(KEY_LENGTH + payload.remaining());
    all.put((byte) kind).putLong(stream).putLong(offset).put(payload.duplicate()).flip();
    return new LogRecord(
        position,
        kind,
        stream,
        offset,
        RecordFlyweight.HEADER_LENGTH + payload.remaining(),
        BatchId.hash(all),
        mayBeNamed(kind) ? BatchId.read(payload) : null);
  }

  /** Whether the payload of this kind has no shape of its own, so that a name may stand in it. */
  static boolean mayBeNamed(int kind) {
    return kind == RecordKind.NOTED.code() || kind == RecordKind.RECEIVED.code();
  }

  /** Position behind it. */
  public long end() {
    return position + length;
  }

  /** Bytes of the payload. */
  public int payloadLength() {
    return length - RecordFlyweight.HEADER_LENGTH;
  }

  ObjectNode json(ObjectNode into) {
    return into.put("position", position)
        .put("kind", kind)
        .put("stream", stream)
        .put("offset", offset)
        .put("length", length)
        .put("hash", hash);
  }

  /** Without its name, which an answer does not carry. */
  static LogRecord of(JsonNode json) {
    return new LogRecord(
        json.path("position").asLong(),
        json.path("kind").asInt(),
        json.path("stream").asLong(),
        json.path("offset").asLong(),
        json.path("length").asInt(),
        json.path("hash").asText(),
        null);
  }

  LogRecord withoutName() {
    return new LogRecord(position, kind, stream, offset, length, hash, null);
  }
}
