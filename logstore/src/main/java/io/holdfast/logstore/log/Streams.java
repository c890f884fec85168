package io.holdfast.logstore.log;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the log knows of its streams: the patent's queries num_active, query_active, query_endpoint
 * and data_length. A stream begins with its OPENED record and ends with CLOSED, or when it expires.
 * From any thread; the answers are of the committed log.
 */
public interface Streams {
  /** The longest end point key in bytes. */
  int MAX_ENDPOINT = 255;

  /**
   * An open stream.
   *
   * @param key of the stream
   * @param endpoint key of its end points, opaque to the log: the bytes that the OPENED record's
   *     payload begins with, behind one byte with their number
   * @param opened position of its OPENED record
   * @param length bytes received: the offset behind the last RECEIVED record
   * @param records that carry its key
   * @param firstMicros time of its first record, microseconds since 1970
   * @param lastMicros time of its last record
   */
  @SuppressWarnings("ArrayRecordComponent") // opaque bytes, copied by nobody; never compared
  record Stream(
      long key,
      byte[] endpoint,
      long opened,
      long length,
      long records,
      long firstMicros,
      long lastMicros) {}

  /** Number of open streams (num_active). */
  int active();

  /**
   * Open streams with a key larger than {@code after}, in the order of their keys (query_active).
   *
   * @param limit the most of them, 1 to 10,000
   */
  List<Stream> page(long after, int limit);

  /** The open stream of these end points (query_endpoint); the latest, if there are several. */
  Optional<Stream> byEndpoint(byte[] endpoint);

  /** The open stream of this key. */
  Optional<Stream> stream(long key);

  /** Bytes received on an open stream (data_length); empty if there is no such stream. */
  default OptionalLong length(long key) {
    return stream(key).map(found -> OptionalLong.of(found.length())).orElse(OptionalLong.empty());
  }
}
