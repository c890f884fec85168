package io.holdfast.lab.capture;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one end of a conversation sent. Offsets are 64-bit, from the first byte after the SYN, so a
 * sequence number that wraps is no matter.
 */
public final class TcpDirection {

  /** At this time (microseconds) the value (an offset) was reached for the first time. */
  public record Mark(long micros, long offset) {}

  /** A flag that was seen, and when (microseconds). */
  public record Flag(long micros, String name) {}

  private final InetSocketAddress from;
  private final boolean keepsBytes;
  private final List<Flag> flags = new ArrayList<>();
  private final List<Mark> acknowledged = new ArrayList<>();
  private final List<Mark> assembled = new ArrayList<>();
  private final List<String> contradictions = new ArrayList<>();
  private final TreeMap<Long, byte[]> early = new TreeMap<>();
  private byte[] bytes = new byte[4096];
  private long length;
  private long highestSent;
  private long retransmitted;
  private long segments;
  private long origin = -1;
  private long lastMicros = Long.MIN_VALUE;

  TcpDirection(InetSocketAddress from, boolean keepsBytes) {
    this.from = from;
    this.keepsBytes = keepsBytes;
  }

  // --- what the reader tells ---

  /** The sequence number of offset 0. */
  void origin(long sequenceOfFirstByte) {
    if (origin < 0) {
      origin = sequenceOfFirstByte & 0xffff_ffffL;
    }
  }

  boolean knowsOrigin() {
    return origin >= 0;
  }

  boolean hasOrigin(long sequenceOfFirstByte) {
    return origin == (sequenceOfFirstByte & 0xffff_ffffL);
  }

  /** A segment of any kind. */
  void seen(long micros) {
    lastMicros = Math.max(lastMicros, micros);
  }

  void flag(long micros, String name) {
    flags.add(new Flag(micros, name));
  }

  /** A segment's acknowledgment of the other direction, as that direction's offset. */
  void acknowledges(long micros, long offset) {
    if (acknowledged.isEmpty() || offset > acknowledged.getLast().offset()) {
      acknowledged.add(new Mark(micros, offset));
    }
  }

  /** A 32-bit number as the offset closest to what is known. */
  long offsetOf(long number, long near) {
    long low = (number - origin) & 0xffff_ffffL;
    long offset = (near & ~0xffff_ffffL) | low;
    if (offset - near > 0x8000_0000L && offset >= 0x1_0000_0000L) {
      return offset - 0x1_0000_0000L;
    }
    if (near - offset > 0x8000_0000L) {
      return offset + 0x1_0000_0000L;
    }
    return offset - near > 0x8000_0000L ? offset - 0x1_0000_0000L : offset;
  }

  void data(long micros, long offset, byte[] payload) {
    segments++;
    long end = offset + payload.length;
    if (end <= highestSent) {
      retransmitted += payload.length;
    }
    highestSent = Math.max(highestSent, end);
    if (!keepsBytes) {
      if (offset <= length && end > length) {
        length = end;
        assembled.add(new Mark(micros, length));
      }
      return;
    }
    compare(offset, payload);
    early.merge(offset, payload, (old, fresh) -> fresh.length > old.length ? fresh : old);
    assemble(micros);
  }

  /** What is sent again has to be what was sent before, byte for byte. */
  private void compare(long offset, byte[] payload) {
    int from0 = (int) Math.max(0, offset);
    int to0 = (int) Math.min(length, offset + payload.length);
    if (from0 < to0) {
      int mismatch =
          Arrays.mismatch(bytes, from0, to0, payload, (int) (from0 - offset), (int) (to0 - offset));
      if (mismatch >= 0) {
        contradictions.add("byte " + (from0 + mismatch) + " was sent again with another value");
      }
    }
  }

  private void assemble(long micros) {
    boolean grown = false;
    while (!early.isEmpty() && early.firstKey() <= length) {
      Map.Entry<Long, byte[]> first = early.pollFirstEntry();
      byte[] payload = first.getValue();
      long end = first.getKey() + payload.length;
      if (end > length) {
        int fresh = (int) (end - length);
        room(end);
        System.arraycopy(payload, payload.length - fresh, bytes, (int) length, fresh);
        length = end;
        grown = true;
      }
    }
    if (grown) {
      assembled.add(new Mark(micros, length));
    }
  }

  private void room(long end) {
    if (end > bytes.length) {
      bytes =
          Arrays.copyOf(
              bytes, Math.toIntExact(Math.max(end, Math.min(bytes.length * 2L, 1 << 30))));
    }
  }

  // --- what the test asks ---

  /** Who sent. */
  public InetSocketAddress from() {
    return from;
  }

  /** The bytes put in order, without a gap, from offset 0. Empty where bytes are not kept. */
  public byte[] bytes() {
    return keepsBytes ? Arrays.copyOf(bytes, Math.toIntExact(length)) : new byte[0];
  }

  /** How many bytes there are without a gap. */
  public long length() {
    return length;
  }

  /** The end of the furthest segment, also beyond a gap. */
  public long highestSent() {
    return highestSent;
  }

  /** Bytes in segments that were all sent before. */
  public long retransmitted() {
    return retransmitted;
  }

  /** When its last segment of any kind was seen; {@link Long#MIN_VALUE} when never. */
  public long lastMicros() {
    return lastMicros;
  }

  /** Segments with data. */
  public long segments() {
    return segments;
  }

  /** When the stream had reached which length. */
  public List<Mark> assembled() {
    return List.copyOf(assembled);
  }

  /** When it acknowledged how much of the other direction: rising offsets. */
  public List<Mark> acknowledged() {
    return List.copyOf(acknowledged);
  }

  /** The furthest acknowledgment that it sent, an offset of the other direction; 0 when none. */
  public long highestAcknowledged() {
    return acknowledged.isEmpty() ? 0 : acknowledged.getLast().offset();
  }

  /** SYN, FIN and RST in the order of their times. */
  public List<Flag> flags() {
    return List.copyOf(flags);
  }

  /** How often a flag was seen at or after a time. */
  public long count(String flag, long sinceMicros) {
    return flags.stream().filter(f -> f.name().equals(flag) && f.micros() >= sinceMicros).count();
  }

  /** Bytes that were sent a second time with another value; none in a sound stream. */
  public List<String> contradictions() {
    return List.copyOf(contradictions);
  }

  /** When the stream had reached an offset; {@link Long#MAX_VALUE} when never. */
  public long timeOf(long offset) {
    int low = 0;
    int high = assembled.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (assembled.get(middle).offset() < offset) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low == assembled.size() ? Long.MAX_VALUE : assembled.get(low).micros();
  }
}
