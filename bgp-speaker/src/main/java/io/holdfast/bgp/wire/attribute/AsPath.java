package io.holdfast.bgp.wire.attribute;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An AS_PATH as a value: the octets of the attribute with four-octet AS numbers. For showing,
 * policy and building; the decision process asks {@link PathAttributes} itself.
 */
public final class AsPath {
  /** A path of no segments, as originated. */
  public static final AsPath EMPTY = new AsPath(new byte[0]);

  static final int AS_SET = 1;
  static final int AS_SEQUENCE = 2;
  private static final int MAX_SEGMENT = 255;

  private final byte[] octets;

  private AsPath(byte[] octets) {
    this.octets = octets;
  }

  /** What a segment is, RFC 4271 section 4.3. */
  public enum SegmentKind {
    /** Unordered. */
    SET,
    /** Ordered, the nearest AS first. */
    SEQUENCE
  }

  /** A segment; {@code asns} holds 1–255 numbers. */
  public record Segment(SegmentKind kind, List<Long> asns) {
    public Segment {
      asns = List.copyOf(asns);
    }
  }

  /** One sequence of at most 255 numbers, the nearest AS first. */
  public static AsPath sequence(long... asns) {
    AsPath path = EMPTY;
    for (int i = asns.length - 1; i >= 0; i--) {
      path = path.prepend(asns[i], 1);
    }
    return path;
  }

  /** Segments in order, the nearest first. */
  public static AsPath of(List<Segment> segments) {
    int length = 0;
    for (Segment segment : segments) {
      if (segment.asns().isEmpty() || segment.asns().size() > MAX_SEGMENT) {
        throw new IllegalArgumentException("a segment holds 1 to 255 AS numbers");
      }
      length += 2 + 4 * segment.asns().size();
    }
    byte[] octets = new byte[length];
    int at = 0;
    for (Segment segment : segments) {
      octets[at++] = (byte) (segment.kind() == SegmentKind.SET ? AS_SET : AS_SEQUENCE);
      octets[at++] = (byte) segment.asns().size();
      for (long asn : segment.asns()) {
        Octets.putInt(octets, at, (int) asn);
        at += 4;
      }
    }
    return length == 0 ? EMPTY : new AsPath(octets);
  }

  static AsPath copyOf(byte[] source, int offset, int length) {
    return length == 0 ? EMPTY : new AsPath(Arrays.copyOfRange(source, offset, offset + length));
  }

  byte[] octets() {
    return octets;
  }

  /** The path with {@code asn} in front {@code count} times, RFC 4271 section 5.1.2. */
  public AsPath prepend(long asn, int count) {
    if (count == 0) {
      return this;
    }
    byte[] grown = octets;
    for (int i = 0; i < count; i++) {
      grown = prepend(grown, (int) asn);
    }
    return new AsPath(grown);
  }

  private static byte[] prepend(byte[] path, int asn) {
    boolean joins =
        path.length > 0 && path[0] == AS_SEQUENCE && Octets.unsigned(path, 1) < MAX_SEGMENT;
    int rest = joins ? 2 : 0;
    byte[] grown = new byte[path.length - rest + 6];
    grown[0] = AS_SEQUENCE;
    grown[1] = (byte) (joins ? Octets.unsigned(path, 1) + 1 : 1);
    Octets.putInt(grown, 2, asn);
    System.arraycopy(path, rest, grown, 6, path.length - rest);
    return grown;
  }

  /** Length as the decision process counts it: a set is one (RFC 4271 section 9.1.2.2, item a). */
  public int length() {
    return length(octets, 0, octets.length);
  }

  /** Whether the number stands anywhere in the path. */
  public boolean contains(long asn) {
    return occurrences(octets, 0, octets.length, (int) asn) > 0;
  }

  /** The segments, nearest first. */
  public List<Segment> segments() {
    List<Segment> segments = new ArrayList<>();
    for (int at = 0; at < octets.length; ) {
      int count = Octets.unsigned(octets, at + 1);
      List<Long> asns = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        asns.add(Octets.getInt(octets, at + 2 + 4 * i) & 0xFFFF_FFFFL);
      }
      segments.add(
          new Segment(octets[at] == AS_SET ? SegmentKind.SET : SegmentKind.SEQUENCE, asns));
      at += 2 + 4 * count;
    }
    return segments;
  }

  static int length(byte[] path, int offset, int length) {
    int total = 0;
    for (int at = offset; at < offset + length; ) {
      int count = Octets.unsigned(path, at + 1);
      total += path[at] == AS_SET ? 1 : count;
      at += 2 + 4 * count;
    }
    return total;
  }

  static int occurrences(byte[] path, int offset, int length, int asn) {
    int found = 0;
    for (int at = offset; at < offset + length; ) {
      int end = at + 2 + 4 * Octets.unsigned(path, at + 1);
      for (int i = at + 2; i < end; i += 4) {
        if (Octets.getInt(path, i) == asn) {
          found++;
        }
      }
      at = end;
    }
    return found;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof AsPath that && Arrays.equals(octets, that.octets);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(octets);
  }

  /** Numbers separated by blanks, sets in braces, as operators write it: {@code 1 2 {3,4}}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (Segment segment : segments()) {
      boolean set = segment.kind() == SegmentKind.SET;
      text.append(text.isEmpty() ? "" : " ").append(set ? "{" : "");
      for (int i = 0; i < segment.asns().size(); i++) {
        text.append(i == 0 ? "" : set ? "," : " ").append((long) segment.asns().get(i));
      }
      text.append(set ? "}" : "");
    }
    return text.toString();
  }
}
