package io.holdfast.logstore.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.logstore.record.RecordFlyweight;
import io.holdfast.logstore.record.RecordKind;
import io.holdfast.logstore.segment.LogReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Test records: record n has stream n and a payload that follows from n alone. */
final class Records {
  static final long TIME = 1_700_000_000_000_000L;

  private Records() {}

  static ByteBuffer payload(long number, int length) {
    ByteBuffer payload = ByteBuffer.allocateDirect(length);
    for (int i = 0; i < length; i++) {
      payload.put(i, (byte) (number * 31 + i * 7));
    }
    return payload;
  }

  static long append(Log log, long number, int length) {
    return log.append(
        RecordKind.RECEIVED,
        1,
        TIME + number,
        number,
        number * 1000,
        payload(number, length),
        0,
        length);
  }

  /** Checks that this is what {@link #append} wrote for its number; returns the number. */
  static long check(RecordFlyweight record) {
    assertThat(record.intact()).isTrue();
    long number = record.stream();
    assertThat(record.kindCode()).isEqualTo(RecordKind.RECEIVED.code());
    assertThat(record.timeMicros()).isEqualTo(TIME + number);
    assertThat(record.offset()).isEqualTo(number * 1000);
    ByteBuffer expected = payload(number, record.payloadLength());
    assertThat(record.buffer().slice(record.payloadIndex(), record.payloadLength()))
        .isEqualTo(expected);
    return number;
  }

  /** Numbers of the records that a reader finds from here to the commit position. */
  static List<Long> readFrom(Log log, long position, int bufferBytes) throws IOException {
    List<Long> numbers = new ArrayList<>();
    try (LogReader reader = log.reader(position)) {
      readInto(reader, ByteBuffer.allocateDirect(bufferBytes), numbers);
      assertThat(reader.position()).isEqualTo(log.committed());
    }
    return numbers;
  }

  static void readInto(LogReader reader, ByteBuffer buffer, List<Long> numbers) throws IOException {
    RecordFlyweight record = new RecordFlyweight();
    ByteBuffer into = buffer;
    for (int count = reader.read(into.clear()); count != 0; count = reader.read(into.clear())) {
      if (count < 0) {
        assertThat(-count).isGreaterThan(into.capacity());
        into = ByteBuffer.allocateDirect(-count);
        continue;
      }
      assertThat(into.position()).isEqualTo(count);
      for (int at = 0; at < count; at += record.length()) {
        numbers.add(check(record.wrap(into, at)));
      }
    }
  }

  /** Numbers of the records that a reader without ownership finds. */
  static List<Long> readOffline(Path directory) throws IOException {
    List<Long> numbers = new ArrayList<>();
    try (FileLogScan log = FileLogScan.open(directory)) {
      while (log.next()) {
        numbers.add(check(log.record()));
      }
    }
    return numbers;
  }

  static List<Long> numbers(long from, long to) {
    List<Long> numbers = new ArrayList<>();
    for (long number = from; number < to; number++) {
      numbers.add(number);
    }
    return numbers;
  }
}
