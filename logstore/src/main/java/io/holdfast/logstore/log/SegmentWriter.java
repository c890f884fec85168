package io.holdfast.logstore.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Puts bytes into segment files at their place; begins a file where there is none. Whatever fails
 * may be tried again: every write states its place, so that a second one does no harm. Owned by the
 * appending thread.
 */
final class SegmentWriter {
  private final Path directory;

  /** Null where nothing needs to reach the disk. */
  private final @Nullable Syncer syncer;

  private final ByteBuffer mark = ByteBuffer.allocateDirect(SegmentHeader.MARK_LENGTH);
  private long marked = -1;
  private @Nullable Segment segment;
  private @Nullable FileChannel channel;

  SegmentWriter(Path directory, @Nullable Syncer syncer) {
    this.directory = directory;
    this.syncer = syncer;
  }

  /** Writes all of the buffer, or throws; the buffer's position tells how far it came. */
  void write(Segment to, ByteBuffer bytes, long position) throws IOException {
    FileChannel file = open(to);
    long at = to.offsetOf(position);
    while (bytes.hasRemaining()) {
      at += file.write(bytes, at);
    }
  }

  /** Notes in the last file that everything before this position is written. */
  void mark(long position) throws IOException {
    if (segment != null && marked != position) {
      SegmentHeader.mark(open(segment), mark, position);
      marked = position;
    }
  }

  /** The file that was written last, open; null if none was. */
  @Nullable FileChannel channel() throws IOException {
    return segment == null ? null : open(segment);
  }

  private FileChannel open(Segment to) throws IOException {
    FileChannel now = channel;
    // An interrupt of the thread closes the file under it: it is opened again.
    if (now != null && to == segment && now.isOpen()) {
      return now;
    }
    FileChannel next =
        FileChannel.open(to.file(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      begin(to, next);
    } catch (IOException | RuntimeException e) {
      next.close();
      throw e;
    }
    if (now != null && segment != null) {
      retire(segment, now, to);
    }
    channel = next;
    segment = to;
    return next;
  }

  private void begin(Segment to, FileChannel file) throws IOException {
    if (to.begun()) {
      return;
    }
    ByteBuffer header = new SegmentHeader(to.base(), to.boot()).encode();
    while (header.hasRemaining()) {
      file.write(header, header.position());
    }
    if (syncer != null) {
      forceDirectory(directory);
    }
    to.begin();
  }

  /** Makes the names of a folder's files as durable as their bytes. */
  static void forceDirectory(Path directory) throws IOException {
    try (FileChannel folder = FileChannel.open(directory, StandardOpenOption.READ)) {
      folder.force(true);
    }
  }

  private void retire(Segment old, FileChannel file, Segment to) throws IOException {
    if (syncer == null || old == to) {
      file.close();
    } else if (file.isOpen()) {
      syncer.retire(file);
    } else {
      syncer.retire(FileChannel.open(old.file(), StandardOpenOption.WRITE));
    }
  }

  void close() throws IOException {
    if (channel != null) {
      channel.close();
    }
  }
}
