package io.holdfast.lab.history;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The name of a batch, unique in a run. It stands at the start of the batch's payload:
 *
 * <pre>
 *   u64 magic, i64 epoch, i64 sequence, u8 length of the client's name, its UTF-8
 * </pre>
 *
 * @param client at most 255 bytes of UTF-8
 * @param epoch under which its client owned the log
 * @param sequence grows with each append of the client within the epoch
 */
public record BatchId(String client, long epoch, long sequence) implements Comparable<BatchId> {
  private static final long MAGIC = 0x48_69_73_74_6f_72_79_31L; // History1
  private static final int FIXED_LENGTH = 25;
  private static final int HASH_DIGITS = 32;

  /** Bytes of the encoding. */
  public int length() {
    return FIXED_LENGTH + client.getBytes(StandardCharsets.UTF_8).length;
  }

  /** Puts it at the buffer's position, which moves. */
  public void write(ByteBuffer into) {
    byte[] name = client.getBytes(StandardCharsets.UTF_8);
    if (name.length > 255) {
      throw new IllegalArgumentException("a client's name of " + name.length + " bytes");
    }
    into.putLong(MAGIC).putLong(epoch).putLong(sequence).put((byte) name.length).put(name);
  }

  /** The name at the start of a payload; null where there is none. Moves nothing. */
  public static @Nullable BatchId read(ByteBuffer payload) {
    int at = payload.position();
    if (payload.remaining() < FIXED_LENGTH || payload.getLong(at) != MAGIC) {
      return null;
    }
    byte[] name = new byte[payload.get(at + FIXED_LENGTH - 1) & 0xff];
    if (payload.remaining() < FIXED_LENGTH + name.length) {
      return null;
    }
    payload.get(at + FIXED_LENGTH, name);
    return new BatchId(
        new String(name, StandardCharsets.UTF_8),
        payload.getLong(at + 8),
        payload.getLong(at + 16));
  }

  /** What stands for the bytes between position and limit in a history: of SHA-256 the half. */
  public static String hash(ByteBuffer bytes) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(bytes.duplicate());
      return HexFormat.of().formatHex(digest.digest()).substring(0, HASH_DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** By client, then in the order in which the client appended. */
  @Override
  public int compareTo(BatchId other) {
    int byClient = client.compareTo(other.client);
    if (byClient != 0) {
      return byClient;
    }
    int byEpoch = Long.compare(epoch, other.epoch);
    return byEpoch != 0 ? byEpoch : Long.compare(sequence, other.sequence);
  }

  /** As {@code client/epoch/sequence}. */
  @Override
  public String toString() {
    return client + "/" + epoch + "/" + sequence;
  }
}
