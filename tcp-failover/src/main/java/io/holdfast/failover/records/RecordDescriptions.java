package io.holdfast.failover.records;

import io.holdfast.logstore.record.RecordFlyweight;
import io.holdfast.logstore.record.RecordKind;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The one table from a record's kind to what stands in it. */
public final class RecordDescriptions {
  /** The format version of every payload that this build writes, and the newest it reads. */
  public static final int VERSION = 1;

  private interface Description {
    String of(RecordFlyweight record);
  }

  private static final Map<RecordKind, Description> TABLE = table();

  private RecordDescriptions() {}

  private static Map<RecordKind, Description> table() {
    Map<RecordKind, Description> table = new EnumMap<>(RecordKind.class);
    table.put(RecordKind.REGISTERED, r -> ServiceSpec.decode(r, 0).toString());
    table.put(RecordKind.ARMED, r -> Armed.decode(r, 0).toString());
    table.put(RecordKind.PROGRESS, r -> Progress.decode(r, 0).toString());
    table.put(RecordKind.NOTED, RecordDescriptions::opaque);
    table.put(RecordKind.OPENED, r -> Opened.decode(r, 0).toString());
    table.put(RecordKind.RECEIVED, RecordDescriptions::opaque);
    table.put(RecordKind.SENT, r -> Sent.decode(r, 0).toString());
    table.put(RecordKind.CHECKPOINT, RecordDescriptions::opaque);
    table.put(RecordKind.PEER_CLOSED, RecordDescriptions::opaque);
    table.put(RecordKind.CLOSED, r -> Closed.decode(r, 0).toString());
    table.put(RecordKind.ATTACHED, r -> Attached.decode(r, 0).toString());
    table.put(RecordKind.QUARANTINED, RecordDescriptions::opaque);
    return table;
  }

  /**
   * One line: time, kind, stream and offset where there are any, and what stands in the payload.
   * Never throws for what the payload is; its length must have been checked.
   */
  public static String describe(RecordFlyweight record) {
    Instant time = Instant.EPOCH.plus(record.timeMicros(), ChronoUnit.MICROS);
    RecordKind kind = RecordKind.of(record.kindCode());
    StringBuilder line = new StringBuilder().append(time).append(' ');
    line.append(kind == null ? "kind-" + record.kindCode() : kind.name());
    if (record.stream() != 0) {
      line.append(" connection ")
          .append(record.stream())
          .append(" offset ")
          .append(record.offset());
    }
    return line.append(": ").append(body(kind, record)).toString();
  }

  private static String body(@Nullable RecordKind kind, RecordFlyweight r) {
    Description description = kind == null ? null : TABLE.get(kind);
    try {
      return description == null ? opaque(r) : description.of(r);
    } catch (RecordFormatException e) {
      return "unreadable: " + e.getMessage();
    }
  }

  private static String opaque(RecordFlyweight record) {
    return record.payloadLength() + " bytes";
  }
}
