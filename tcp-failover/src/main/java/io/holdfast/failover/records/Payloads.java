package io.holdfast.failover.records;

import io.holdfast.logstore.record.RecordFlyweight;
import io.holdfast.logstore.record.RecordKind;

/** What every payload has in common: its version, and that it may not be read beyond its end. */
final class Payloads {
  private Payloads() {}

  /** A reader over the payload, once its version is one that this build knows. */
  static FieldReader reader(RecordFlyweight record, long position) {
    check(record, position);
    return new FieldReader(
        record.buffer(), record.payloadIndex(), record.payloadLength(), name(record, position));
  }

  static void check(RecordFlyweight record, long position) {
    int version = record.version();
    if (version > RecordDescriptions.VERSION) {
      throw new RecordFormatException(
          name(record, position)
              + ": version "
              + version
              + " was written by a newer build, this one reads up to "
              + RecordDescriptions.VERSION);
    }
    if (version < 1) {
      throw new RecordFormatException(name(record, position) + ": version " + version);
    }
  }

  private static String name(RecordFlyweight record, long position) {
    RecordKind kind = RecordKind.of(record.kindCode());
    return (kind == null ? "kind " + record.kindCode() : kind.name()) + " record at " + position;
  }
}
