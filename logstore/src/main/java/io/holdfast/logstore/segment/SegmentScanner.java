package io.holdfast.logstore.segment;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.zip.CRC32C;

/**
 * Walks the entries of one segment file and checks each: the header, that index and position go on
 * where the entry before ended, and (from an offset on) the payload. Believes nothing that it
 * reads. Owned by one thread.
 */
final class SegmentScanner {
  /** What stands where an entry was expected. */
  enum Found {
    ENTRY,
    /** The file ends, or zeros follow. */
    END,
    DAMAGE
  }

  private final FileWindow window;
  private final DiskFile file;
  private final int salt;
  private final CRC32C crc = new CRC32C();
  private long payloadsFrom = Long.MAX_VALUE;

  private long offset;
  private long index;
  private long position;

  private long entryOffset;
  private long entryPosition;
  private long term;
  private EntryKind kind = EntryKind.NO_OP;
  private int length;
  private int payloadCrc;
  private String damage = "";

  /** Before the first entry of a file. */
  SegmentScanner(DiskFile file, FileWindow window, SegmentHeader header) {
    this(
        file,
        window,
        header.salt(),
        SegmentHeader.LENGTH,
        header.firstIndex(),
        header.firstPosition());
  }

  /** Before the entry that stands at this byte of the file. */
  SegmentScanner(
      DiskFile file, FileWindow window, int salt, long offset, long index, long position) {
    this.file = file;
    this.window = window;
    this.salt = salt;
    this.offset = offset;
    this.index = index;
    this.position = position;
  }

  /** Payloads of entries that stand at this byte or behind are checked too. */
  SegmentScanner checkingPayloadsFrom(long start) {
    payloadsFrom = start;
    return this;
  }

  /** Where in the file the next entry is expected. */
  long offset() {
    return offset;
  }

  /** Index of the next entry. */
  long nextIndex() {
    return index;
  }

  /** Position before the next entry. */
  long nextPosition() {
    return position;
  }

  /** What was found in place of an entry, after DAMAGE. */
  String damage() {
    return damage;
  }

  /** Where in the file the entry found last stands. */
  long entryOffset() {
    return entryOffset;
  }

  /** Index of the entry found last. */
  long entryIndex() {
    return index - 1;
  }

  long entryPosition() {
    return entryPosition;
  }

  long term() {
    return term;
  }

  EntryKind kind() {
    return kind;
  }

  /** Bytes of the payload of the entry found last. */
  int length() {
    return length;
  }

  /**
   * Goes on to the next entry, and past it. After END or DAMAGE it may be asked again.
   *
   * <p>END does not say that only zeros follow to the end of the file: {@link #zerosFollow}.
   */
  Found next() throws IOException {
    if (!window.holds(offset, EntryHeader.LENGTH)) {
      return shorterThanAHeader();
    }
    ByteBuffer bytes = window.bytes();
    int at = window.index(offset);
    if (EntryHeader.blank(bytes, at)) {
      return Found.END;
    }
    damage = EntryHeader.problem(bytes, at, salt, crc);
    if (!damage.isEmpty()) {
      return Found.DAMAGE;
    }
    long foundIndex = bytes.getLong(at + EntryHeader.INDEX_OFFSET);
    long foundPosition = bytes.getLong(at + EntryHeader.POSITION_OFFSET);
    if (foundIndex != index || foundPosition != position) {
      damage =
          "the entry of index %d and position %d, where %d and %d were to follow"
              .formatted(foundIndex, foundPosition, index, position);
      return Found.DAMAGE;
    }
    int claimed = bytes.getInt(at + EntryHeader.LENGTH_OFFSET);
    long foundTerm = bytes.getLong(at + EntryHeader.TERM_OFFSET);
    EntryKind foundKind =
        Objects.requireNonNull(EntryKind.of(bytes.get(at + EntryHeader.KIND_OFFSET) & 0xff));
    int foundCrc = bytes.getInt(at + EntryHeader.PAYLOAD_CRC_OFFSET);
    if (!payloadThere(claimed, foundCrc)) {
      return Found.DAMAGE;
    }
    entryOffset = offset;
    entryPosition = position;
    term = foundTerm;
    kind = foundKind;
    length = claimed;
    payloadCrc = foundCrc;
    offset += EntryHeader.LENGTH + claimed;
    index++;
    position += kind == EntryKind.RECORDS ? claimed : 0;
    return Found.ENTRY;
  }

  private Found shorterThanAHeader() throws IOException {
    int rest = window.rest(offset);
    for (int i = 0; i < rest; i++) {
      if (window.bytes().get(window.index(offset) + i) != 0) {
        damage = rest + " bytes, fewer than the header of an entry has";
        return Found.DAMAGE;
      }
    }
    return Found.END;
  }

  private boolean payloadThere(int claimed, int expected) throws IOException {
    long start = offset + EntryHeader.LENGTH;
    boolean checked = offset >= payloadsFrom;
    // The size is asked before a buffer of that length is made.
    if (checked && start + claimed <= file.size() && window.holds(start, claimed)) {
      if (EntryHeader.crcOf(window.bytes(), window.index(start), claimed, crc) == expected) {
        return true;
      }
      damage = "an entry of " + claimed + " bytes whose checksum does not match";
      return false;
    }
    long there = file.size() - start;
    if (!checked && there >= claimed) {
      return true;
    }
    damage = "an entry of " + claimed + " bytes, of which " + Math.max(0, there) + " are there";
    return false;
  }

  /** The payload of the entry found last; valid until the next call of anything. */
  ByteBuffer payload() throws IOException {
    long start = entryOffset + EntryHeader.LENGTH;
    if (!window.holds(start, length)) {
      throw new IOException("the file was cut while it was read");
    }
    return window.bytes().slice(window.index(start), length);
  }

  /** Checksum of the payload of the entry found last, as its header states it. */
  int payloadCrc() {
    return payloadCrc;
  }

  /** Copies as much of the payload of the entry found last as is in memory already. */
  void copy(ByteBuffer into) {
    int from = window.index(entryOffset) + EntryHeader.LENGTH;
    int part = Math.min(length, Math.max(0, window.bytes().limit() - from));
    into.put(into.position(), window.bytes(), from, part);
    into.position(into.position() + part);
  }

  /** Whether there are only zeros from the next entry's place to the end of the file. */
  boolean zerosFollow() throws IOException {
    long end = file.size();
    for (long at = offset; at < end; ) {
      int part = (int) Math.min(64 << 10, end - at);
      if (!window.holds(at, part)) {
        part = window.rest(at);
      }
      for (int i = 0; i < part; i++) {
        if (window.bytes().get(window.index(at) + i) != 0) {
          return false;
        }
      }
      if (part == 0) {
        return true;
      }
      at += part;
    }
    return true;
  }

  /** Forgets what was read, so that the next look sees the file as it is then. */
  void forget() {
    window.forget();
  }
}
