package io.holdfast.logstore.replication;

import io.holdfast.logstore.log.Streams;
import io.holdfast.logstore.record.RecordFlyweight;
import io.holdfast.logstore.record.RecordKind;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The open streams: a fold over the records of the committed log. Written by the state machine's
 * thread, asked by any.
 */
final class StreamTable implements Streams {
  private static final class Entry {
    final long key;
    final byte[] endpoint;
    final long opened;
    final long firstMicros;
    long length;
    long records;
    long lastMicros;

    Entry(long key, byte[] endpoint, long opened, long firstMicros) {
      this.key = key;
      this.endpoint = endpoint;
      this.opened = opened;
      this.firstMicros = firstMicros;
      this.lastMicros = firstMicros;
    }

    Stream view() {
      return new Stream(key, endpoint.clone(), opened, length, records, firstMicros, lastMicros);
    }
  }

  /** By key. Guarded by this. */
  private final TreeMap<Long, Entry> open = new TreeMap<>();

  /** Keys by end points, the latest. Guarded by this. */
  private final Map<ByteBuffer, Long> byEndpoint = new HashMap<>();

  private final RecordFlyweight record = new RecordFlyweight();

  /**
   * Folds whole records, the first of which stands at this position of the log.
   *
   * @return how many there are
   */
  synchronized int fold(ByteBuffer records, long position) {
    int count = 0;
    int at = records.position();
    while (at < records.limit()) {
      record.wrap(records, at);
      int length = record.length();
      if (length < RecordFlyweight.HEADER_LENGTH || length > records.limit() - at) {
        throw new IllegalArgumentException(
            "a record of %d bytes at position %d"
                .formatted(length, position + at - records.position()));
      }
      if (record.stream() != 0) {
        fold(position + at - records.position());
      }
      at += length;
      count++;
    }
    return count;
  }

  private void fold(long position) {
    long key = record.stream();
    int kind = record.kindCode();
    if (kind == RecordKind.OPENED.code()) {
      add(new Entry(key, endpoint(), position, record.timeMicros()));
    }
    Entry entry = open.get(key);
    if (entry == null) {
      return;
    }
    entry.records++;
    entry.lastMicros = Math.max(entry.lastMicros, record.timeMicros());
    if (kind == RecordKind.RECEIVED.code()) {
      entry.length = record.offset() + record.payloadLength();
    } else if (kind == RecordKind.CLOSED.code()) {
      remove(key);
    }
  }

  private byte[] endpoint() {
    int length = record.payloadLength();
    int claimed = length == 0 ? 0 : record.buffer().get(record.payloadIndex()) & 0xff;
    byte[] bytes = new byte[Math.min(claimed, Math.max(0, length - 1))];
    record.buffer().get(record.payloadIndex() + (length == 0 ? 0 : 1), bytes);
    return bytes;
  }

  private void add(Entry entry) {
    open.put(entry.key, entry);
    byEndpoint.put(ByteBuffer.wrap(entry.endpoint), entry.key);
  }

  /** The stream is over. */
  synchronized void remove(long key) {
    Entry gone = open.remove(key);
    if (gone != null) {
      byEndpoint.remove(ByteBuffer.wrap(gone.endpoint), key);
    }
  }

  /** Keys of streams whose last record is older than this time. */
  synchronized List<Long> idleSince(long micros) {
    List<Long> idle = new ArrayList<>();
    for (Entry entry : open.values()) {
      if (entry.lastMicros < micros) {
        idle.add(entry.key);
      }
    }
    return idle;
  }

  @Override
  public synchronized int active() {
    return open.size();
  }

  @Override
  public synchronized List<Stream> page(long after, int limit) {
    if (limit < 1 || limit > 10_000) {
      throw new IllegalArgumentException("limit " + limit + ", not 1 to 10,000");
    }
    List<Stream> page = new ArrayList<>();
    for (Entry entry : open.tailMap(after, false).values()) {
      if (page.size() == limit) {
        break;
      }
      page.add(entry.view());
    }
    return page;
  }

  @Override
  public synchronized Optional<Stream> byEndpoint(byte[] endpoint) {
    return Optional.ofNullable(byEndpoint.get(ByteBuffer.wrap(endpoint)))
        .map(open::get)
        .map(Entry::view);
  }

  @Override
  public synchronized Optional<Stream> stream(long key) {
    return Optional.ofNullable(open.get(key)).map(Entry::view);
  }

  synchronized void save(DataOutput out) throws IOException {
    out.writeInt(open.size());
    for (Entry entry : open.values()) {
      out.writeLong(entry.key);
      out.writeByte(entry.endpoint.length);
      out.write(entry.endpoint);
      out.writeLong(entry.opened);
      out.writeLong(entry.firstMicros);
      out.writeLong(entry.lastMicros);
      out.writeLong(entry.length);
      out.writeLong(entry.records);
    }
  }

  synchronized void load(DataInput in) throws IOException {
    open.clear();
    byEndpoint.clear();
    int count = in.readInt();
    for (int i = 0; i < count; i++) {
      long key = in.readLong();
      byte[] endpoint = new byte[in.readUnsignedByte()];
      in.readFully(endpoint);
      Entry entry = new Entry(key, endpoint, in.readLong(), in.readLong());
      entry.lastMicros = in.readLong();
      entry.length = in.readLong();
      entry.records = in.readLong();
      add(entry);
    }
  }
}
