package io.holdfast.logstore.segment;

import io.holdfast.logstore.segment.SegmentStore.Entry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes entries to the last file, and begins the next. What one call was given counts as a whole
 * or not at all: nothing of it is in a {@link Segment} before all is written, and what a failure
 * left in the files is wiped out before anything else is written. Used under the store's lock.
 */
final class Appender {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentStore.class);
  private static final int BUFFER = 256 << 10;

  /** A file that the present call has written to, and how far it goes when all is well. */
  record Staged(Segment segment, DiskFile file, Segment.Extent end, boolean begun) {}

  private final Disk disk;
  private final Path folder;
  private final StoreOptions options;
  private final UUID boot;
  private final Backstage backstage;
  private final SecureRandom random = new SecureRandom();
  private final CRC32C crc = new CRC32C();
  private final ByteBuffer mark = ByteBuffer.allocateDirect(SegmentHeader.MARK_LENGTH);
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
  private final List<Staged> staged = new ArrayList<>();

  private @Nullable Segment segment;
  private @Nullable DiskFile file;

  /** The last file may hold bytes behind its end that do not count. */
  private boolean unclean;

  /** The last file is of another boot or another mode: the next entry begins a new one. */
  private boolean foreign;

  Appender(Disk disk, Path folder, StoreOptions options, UUID boot, Backstage backstage) {
    this.disk = disk;
    this.folder = folder;
    this.options = options;
    this.boot = boot;
    this.backstage = backstage;
  }

  /** Goes on behind this segment. */
  void continueBehind(Segment last) throws IOException {
    close();
    segment = last;
    file = disk.open(last.file());
    foreign = !last.header().boot().equals(boot) || last.header().synced() != options.sync();
    unclean = false;
  }

  /** The file that is written, open; null if there is none. */
  @Nullable DiskFile file() {
    return file;
  }

  /**
   * Looks whether the entries go on from this index and position.
   *
   * @throws IllegalArgumentException if not, or if a payload is too long
   */
  static void check(List<Entry> entries, long nextIndex, long nextPosition) {
    long index = nextIndex;
    long position = nextPosition;
    for (Entry entry : entries) {
      if (entry.index() != index || entry.position() != position || entry.term() < 0) {
        throw new IllegalArgumentException(
            "the entry of index %d, term %d, position %d, where %d and %d follow"
                .formatted(entry.index(), entry.term(), entry.position(), index, position));
      }
      if (entry.payload().remaining() > EntryHeader.MAX_PAYLOAD) {
        throw new IllegalArgumentException(
            "a payload of " + entry.payload().remaining() + " bytes is too long");
      }
      index++;
      position = entry.end();
    }
  }

  /** Writes all of it, in files that hold nothing else behind it. */
  List<Staged> write(List<Entry> entries) throws IOException {
    wipe();
    staged.clear();
    try {
      writeEntries(entries);
      if (!options.sync()) {
        for (Staged part : staged) {
          SegmentHeader.mark(part.file, mark, part.end.offset());
        }
      }
      return staged;
    } catch (IOException | RuntimeException e) {
      takeBack();
      throw e;
    }
  }

  private void writeEntries(List<Entry> entries) throws IOException {
    Segment to = foreign ? null : segment;
    DiskFile into = file;
    Segment.Extent end = segment == null ? null : segment.extent();
    long lastTerm = end == null ? 0 : end.lastTerm();
    long offset = end == null ? 0 : end.offset();
    long index = 0;
    long position = 0;
    long flushed = offset;
    buffer.clear();
    for (Entry entry : entries) {
      int length = entry.payload().remaining();
      int total = EntryHeader.LENGTH + length;
      if (to == null
          || into == null
          || (offset > SegmentHeader.LENGTH && offset + total > options.segmentBytes())) {
        if (to != null && into != null) {
          flush(into, flushed);
          if (index > 0) {
            stage(to, into, new Segment.Extent(offset, index, lastTerm, position));
          }
        }
        to = begin(entry.index(), entry.position(), lastTerm);
        into = begun(to);
        offset = SegmentHeader.LENGTH;
        flushed = offset;
      }
      to.points().add(offset, entry.index(), entry.position());
      flushed = put(entry, length, to.header().salt(), into, flushed);
      offset += total;
      index = entry.index();
      lastTerm = entry.term();
      position = entry.position() + (entry.kind() == EntryKind.RECORDS ? length : 0);
    }
    if (to != null && into != null) {
      flush(into, flushed);
      stage(to, into, new Segment.Extent(offset, index, lastTerm, position));
    }
  }

  /** Adds an entry to the buffer, which is written when it is full; how far the file then goes. */
  private long put(Entry entry, int length, int salt, DiskFile into, long flushed)
      throws IOException {
    long written = flushed;
    int total = EntryHeader.LENGTH + length;
    if (total > buffer.remaining()) {
      written = flush(into, written);
    }
    ByteBuffer payload = entry.payload();
    int at = buffer.position();
    if (total <= buffer.remaining()) {
      buffer.put(at + EntryHeader.LENGTH, payload, payload.position(), length);
      int sum = EntryHeader.crcOf(buffer, at + EntryHeader.LENGTH, length, crc);
      encode(entry, at, salt, length, sum);
      buffer.position(at + total);
      return written;
    }
    encode(entry, at, salt, length, EntryHeader.crcOf(payload, payload.position(), length, crc));
    buffer.position(at + EntryHeader.LENGTH);
    for (int done = 0; done < length; ) {
      int part = Math.min(buffer.remaining(), length - done);
      buffer.put(buffer.position(), payload, payload.position() + done, part);
      buffer.position(buffer.position() + part);
      done += part;
      if (done < length) {
        written = flush(into, written);
      }
    }
    return written;
  }

  private void encode(Entry entry, int at, int salt, int length, int sum) {
    EntryHeader.encode(
        buffer,
        at,
        salt,
        length,
        entry.index(),
        entry.term(),
        entry.position(),
        entry.kind(),
        sum,
        crc);
  }

  private long flush(DiskFile into, long at) throws IOException {
    int count = buffer.position();
    if (count > 0) {
      into.write(buffer.flip(), at);
      buffer.clear();
    }
    return at + count;
  }

  private void stage(Segment to, DiskFile into, Segment.Extent end) {
    for (int i = 0; i < staged.size(); i++) {
      if (staged.get(i).segment.equals(to)) {
        staged.set(i, new Staged(to, into, end, staged.get(i).begun));
        return;
      }
    }
    staged.add(new Staged(to, into, end, false));
  }

  private DiskFile begun(Segment to) throws IOException {
    DiskFile opened = disk.open(to.file());
    staged.add(new Staged(to, opened, to.extent(), true));
    return opened;
  }

  /**
   * Makes the file of a segment, with its header. It gets its name when that is written, so that a
   * file of that name has one.
   */
  Segment begin(long index, long position, long lastTerm) throws IOException {
    Path prepared = backstage.take();
    Path path = SegmentFiles.fileIn(folder, index);
    Path temporary = prepared == null ? path.resolveSibling(path.getFileName() + ".new") : prepared;
    int salt = random.nextInt();
    while (salt == 0) {
      salt = random.nextInt();
    }
    SegmentHeader header = new SegmentHeader(salt, index, position, boot, options.sync());
    try (DiskFile opened = prepared == null ? disk.create(temporary) : disk.open(temporary)) {
      opened.write(header.encode(SegmentHeader.LENGTH), 0);
    } catch (IOException e) {
      disk.delete(temporary);
      throw e;
    }
    disk.rename(temporary, path);
    return Segment.empty(path, header, lastTerm);
  }

  /** All that was written counts: the last of the files is the one to go on with. */
  void accept() {
    Staged last = staged.getLast();
    segment = last.segment;
    file = last.file;
    foreign = false;
  }

  private void takeBack() {
    unclean = file != null;
    for (Staged part : staged) {
      if (part.begun) {
        OpenFiles.close(part.file);
        try {
          disk.delete(part.segment.file());
        } catch (IOException e) {
          // It has the name of the next segment to be begun, which will replace it.
          LOG.warn("cannot delete {}", part.segment.file(), e);
        }
      }
    }
    try {
      wipe();
    } catch (IOException e) {
      LOG.debug("what a failed append left is wiped out before the next", e);
    }
  }

  /** Cuts off what does not count. */
  private void wipe() throws IOException {
    Segment last = segment;
    DiskFile open = file;
    if (unclean && last != null && open != null) {
      last.points().cut(last.extent().offset());
      if (open.size() > last.extent().offset()) {
        SegmentCut.cut(open, last.file(), last.extent().offset(), options.sync());
      }
    }
    unclean = false;
  }

  void close() {
    if (file != null) {
      OpenFiles.close(file);
    }
    file = null;
  }
}
