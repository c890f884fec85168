package io.holdfast.logstore.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.logstore.record.RecordFlyweight;
import io.holdfast.logstore.record.RecordKind;
import io.holdfast.logstore.segment.SegmentStore.Entry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/** Test entries: a record's number is its stream, and its payload follows from that alone. */
final class Entries {
  static final int OVERHEAD = RecordFlyweight.HEADER_LENGTH;

  private Entries() {}

  /** One record of so many bytes, header included. */
  static ByteBuffer record(long number, int length) {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    put(bytes, number, length);
    return bytes.flip();
  }

  private static void put(ByteBuffer into, long number, int length) {
    int at = into.position();
    RecordFlyweight record = new RecordFlyweight().wrap(into, at);
    record.header(RecordKind.RECEIVED, 1, number, number, number * 3, length - OVERHEAD);
    for (int i = OVERHEAD; i < length; i++) {
      into.put(at + i, (byte) (number * 31 + i * 7));
    }
    record.seal();
    into.position(at + length);
  }

  /** Records numbered from {@code first} on, one for each length. */
  static ByteBuffer records(long first, int... lengths) {
    int total = 0;
    for (int length : lengths) {
      total += length;
    }
    ByteBuffer bytes = ByteBuffer.allocate(total);
    long number = first;
    for (int length : lengths) {
      put(bytes, number++, length);
    }
    return bytes.flip();
  }

  /** The entry that would go on where the store ends. */
  static Entry next(SegmentStore store, long term, EntryKind kind, ByteBuffer payload) {
    return new Entry(store.lastIndex() + 1, term, kind, store.position(), payload);
  }

  /** Appends one entry of one record, with the entry's index as its number. */
  static Entry append(SegmentStore store, int length) throws IOException {
    return append(store, 1, length);
  }

  static Entry append(SegmentStore store, long term, int length) throws IOException {
    Entry entry = next(store, term, EntryKind.RECORDS, record(store.lastIndex() + 1, length));
    store.append(List.of(entry));
    return entry;
  }

  static Entry append(SegmentStore store, EntryKind kind, int length) throws IOException {
    Entry entry = next(store, 1, kind, ByteBuffer.allocate(length));
    store.append(List.of(entry));
    return entry;
  }

  /** Checks a record against its number, which it returns. */
  static long check(ByteBuffer bytes, int at) {
    RecordFlyweight record = new RecordFlyweight().wrap(bytes, at);
    assertThat(record.intact()).isTrue();
    long number = record.stream();
    assertThat(bytes.slice(at, record.length())).isEqualTo(record(number, record.length()));
    return number;
  }

  /** Numbers of the records that a reader finds up to the end of the store. */
  static List<Long> read(SegmentStore store, long position, int bufferBytes) throws IOException {
    return read(store, position, bufferBytes, store::position);
  }

  static List<Long> read(SegmentStore store, long position, int bufferBytes, LongSupplier limit)
      throws IOException {
    List<Long> numbers = new ArrayList<>();
    try (LogReader reader = store.reader(position, limit)) {
      readInto(reader, ByteBuffer.allocateDirect(bufferBytes), numbers);
      assertThat(reader.position()).isEqualTo(limit.getAsLong());
    }
    return numbers;
  }

  static void readInto(LogReader reader, ByteBuffer buffer, List<Long> numbers) throws IOException {
    ByteBuffer into = buffer;
    for (int count = reader.read(into.clear()); count != 0; count = reader.read(into.clear())) {
      if (count < 0) {
        assertThat(-count).isGreaterThan(into.capacity());
        into = ByteBuffer.allocateDirect(-count);
        continue;
      }
      assertThat(into.position()).isEqualTo(count);
      for (int at = 0; at < count; at += into.getInt(at)) {
        numbers.add(check(into, at));
      }
    }
  }

  /** Reads each entry by its index and checks index, position and records; their numbers. */
  static List<Long> readEntries(SegmentStore store) throws IOException {
    List<Long> numbers = new ArrayList<>();
    long position = store.firstPosition();
    for (long index = store.firstIndex(); index <= store.lastIndex(); index++) {
      Entry entry = store.entry(index);
      assertThat(entry).isNotNull();
      assertThat(entry.index()).isEqualTo(index);
      assertThat(entry.position()).isEqualTo(position);
      assertThat(store.term(index)).isEqualTo(entry.term());
      position = entry.end();
      if (entry.kind() == EntryKind.RECORDS) {
        for (int at = 0; at < entry.payload().limit(); at += entry.payload().getInt(at)) {
          numbers.add(check(entry.payload(), at));
        }
      }
    }
    assertThat(position).isEqualTo(store.position());
    return numbers;
  }

  static List<Long> numbers(long from, long to) {
    List<Long> numbers = new ArrayList<>();
    for (long number = from; number < to; number++) {
      numbers.add(number);
    }
    return numbers;
  }

  static List<Path> files(Path directory) throws IOException {
    return SegmentFiles.list(Disk.real(), SegmentFiles.segmentsIn(directory));
  }

  /** All files of a store. */
  static List<Path> allFiles(Path directory) throws IOException {
    try (var walk = Files.walk(directory)) {
      return walk.filter(Files::isRegularFile).sorted().toList();
    }
  }
}
