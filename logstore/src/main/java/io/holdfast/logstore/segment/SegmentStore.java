package io.holdfast.logstore.segment;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The entries of one member of a log, in the segment files of its folder.
 *
 * <p>Those who write (append, cut, trim, replace) exclude each other by a lock in here; who reads
 * needs none. Unsynced, an entry is durable when {@link #append} has returned: it survives the
 * death of the process and not that of the machine. Synced, it is when {@link #awaitDurable}
 * returns, or {@link #durableIndex} says so; a thread of the store brings it to the disk, all that
 * gathered during one sync with the next.
 *
 * <p>A disk that takes nothing (full) loses nothing: {@link #append} throws, nothing of what it was
 * given counts, and it may be tried again. A failed sync is final ({@link StoreBrokenException}).
 * An interrupt of any calling thread does no harm.
 *
 * <p>The format: {@link SegmentHeader}, {@link EntryHeader}. The rules of recovery: {@link
 * Recovery}.
 */
public final class SegmentStore implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentStore.class);
  private static final long CLOSE_MILLIS = 10_000;

  /**
   * One entry.
   *
   * @param index 1 or more, without gaps
   * @param term 0 or more
   * @param position record bytes in the log before this entry
   * @param payload from its position to its limit; as given out by the store a copy, from 0 on
   */
  public record Entry(long index, long term, EntryKind kind, long position, ByteBuffer payload) {
    /** Position behind the entry. */
    public long end() {
      return position + (kind == EntryKind.RECORDS ? payload.remaining() : 0);
    }
  }

  private final Path directory;
  private final Path folder;
  private final StoreOptions options;
  private final Disk disk;
  private final Closeable lock;
  private final UUID boot;
  private final boolean continuedBoot;
  private final OpenFiles files;
  private final EntryReads reads;
  private final Space space;
  private final Backstage backstage;
  private final Appender appender;
  private final @Nullable Syncer syncer;

  /** Held by who writes. */
  private final ReentrantLock writing = new ReentrantLock();

  /** Changed under the lock. */
  private volatile SegmentTable table;

  /** Changed under the lock. */
  private volatile List<Entry> configurations;

  /** Files that a cut left to be deleted before anything else is written. Under the lock. */
  private final List<Path> condemned = new ArrayList<>();

  /** A segment whose file is still longer than it should be. Under the lock. */
  private @Nullable Segment uncut;

  /** Under the lock. */
  private boolean closed;

  private SegmentStore(
      Path directory, StoreOptions options, Disk disk, Closeable lock, UUID boot, Recovery found)
      throws IOException {
    this.directory = directory;
    this.folder = SegmentFiles.segmentsIn(directory);
    this.options = options;
    this.disk = disk;
    this.lock = lock;
    this.boot = boot;
    this.files = new OpenFiles(disk);
    this.reads = new EntryReads(files, () -> table);
    this.space = new Space(disk, directory, options.reserveBytes());
    this.backstage = new Backstage(disk, directory, options, space);
    this.appender = new Appender(disk, folder, options, boot, backstage);
    this.table = new SegmentTable(found.segments(), 0);
    this.configurations = List.copyOf(found.configurations());
    Segment last = table.last();
    this.continuedBoot = last == null || last.header().boot().equals(boot);
    if (last != null) {
      goOnBehind(last);
    }
    this.syncer = options.sync() ? new Syncer(disk, folder, lastIndex(), position()) : null;
  }

  /**
   * Opens the store of a member's folder, which is made if it is not there; cuts a torn tail.
   *
   * @throws LogInUseException if another owns it
   * @throws LogCorruptException if it is damaged before its tail, or not of this format
   */
  public static SegmentStore open(Path directory, StoreOptions options) throws IOException {
    return open(directory, options, Disk.real());
  }

  /** As {@link #open(Path, StoreOptions)}, on a disk of the caller's. */
  public static SegmentStore open(Path directory, StoreOptions options, Disk disk)
      throws IOException {
    disk.makeFolder(directory);
    Closeable lock = disk.lock(directory);
    try {
      SegmentFiles.refuseFormerFormat(disk, directory);
      UUID boot = disk.bootId();
      Replacement.finish(disk, directory, options);
      Path folder = SegmentFiles.segmentsIn(directory);
      for (Path left : disk.list(folder)) {
        if (!String.valueOf(left.getFileName()).endsWith(SegmentFiles.SUFFIX)) {
          disk.delete(left);
        }
      }
      disk.delete(SegmentFiles.spareIn(directory));
      Recovery found = Recovery.of(disk, folder, options, boot);
      SegmentStore store = new SegmentStore(directory, options, disk, lock, boot, found);
      store.backstage.start();
      if (store.syncer != null) {
        store.syncer.start();
      }
      return store;
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  /** Goes on behind the last segment; begins it anew if it is empty and of another boot or mode. */
  private void goOnBehind(Segment last) throws IOException {
    boolean foreign =
        !last.header().boot().equals(boot) || last.header().synced() != options.sync();
    if (!last.isEmpty() || !foreign) {
      appender.continueBehind(last);
      return;
    }
    Segment fresh =
        appender.begin(last.firstIndex(), last.firstPosition(), last.extent().lastTerm());
    if (options.sync()) {
      SegmentCut.force(disk, fresh.file());
    }
    table = table.replacingLast(fresh);
    appender.continueBehind(fresh);
    backstage.makeSpare();
  }

  // ---- what there is

  /** Index of the oldest entry held; 1 in a new store. */
  public long firstIndex() {
    Segment first = table.first();
    return first == null ? 1 : first.firstIndex();
  }

  /** Index of the last entry; {@code firstIndex() - 1} if there is none. */
  public long lastIndex() {
    Segment last = table.last();
    return last == null ? 0 : last.extent().lastIndex();
  }

  /** Term of the last entry; 0 if there is none. */
  public long lastTerm() {
    Segment last = table.last();
    return last == null ? 0 : last.extent().lastTerm();
  }

  /** Position before the oldest entry held. */
  public long firstPosition() {
    Segment first = table.first();
    return first == null ? 0 : first.firstPosition();
  }

  /** Position behind the last entry. */
  public long position() {
    Segment last = table.last();
    return last == null ? 0 : last.extent().position();
  }

  /** Index of the last entry that is durable: unsynced written, synced on the disk. */
  public long durableIndex() {
    return syncer == null ? lastIndex() : syncer.index();
  }

  /** Position behind the last entry that is durable. */
  public long durablePosition() {
    return syncer == null ? position() : syncer.position();
  }

  /** Bytes that were left on the volume when the store last looked. Cheap. */
  public long usable() {
    return space.usable();
  }

  /** Bytes that are left on the volume, by a look now. */
  public long lookAtSpace() throws IOException {
    return space.look();
  }

  /** False if the last segment found at opening was begun under another boot of the machine. */
  public boolean continuedBoot() {
    return continuedBoot;
  }

  /**
   * Position of the oldest entry of which it is certain that, like all that follow it, it was
   * written since the machine last started; {@link #position} if there is none. What is before it
   * may, in a store that is not synced, lack entries that had been acknowledged.
   */
  public long startOfThisBoot() {
    List<Segment> now = table.segments();
    int oldest = now.size();
    while (oldest > 0 && now.get(oldest - 1).header().boot().equals(boot)) {
      oldest--;
    }
    return oldest == now.size() ? position() : now.get(oldest).firstPosition();
  }

  // ---- writing

  /**
   * Appends entries, which go on where the last one ended. They are written when this returns, not
   * synced.
   *
   * @throws IllegalArgumentException if an index or a position does not follow the one before, or a
   *     payload is longer than 16 MiB
   * @throws IOException if it cannot be written: nothing of it counts, and it may be tried again
   * @throws StoreBrokenException if a sync has failed: final
   */
  public void append(List<Entry> entries) throws IOException {
    append(entries, false);
  }

  /**
   * As {@link #append(List)}, of entries that have their place in an order which others share: they
   * may use most of what is kept of the volume.
   */
  public void appendOrdered(List<Entry> entries) throws IOException {
    append(entries, true);
  }

  /**
   * Looks whether there is room for records, before they get a place in an order that others share.
   *
   * @param bytes with all that has one and is not written yet
   * @throws IOException if they would take what is kept of the volume
   */
  public void checkSpace(long bytes) throws IOException {
    space.check(bytes);
  }

  private void append(List<Entry> entries, boolean ordered) throws IOException {
    if (entries.isEmpty()) {
      return;
    }
    writing.lock();
    try {
      settle();
      Appender.check(entries, lastIndex() + 1, position());
      takeSpace(entries, ordered);
      publish(appender.write(entries));
      appender.accept();
      remember(entries);
    } finally {
      writing.unlock();
    }
  }

  private void takeSpace(List<Entry> entries, boolean ordered) throws IOException {
    long records = 0;
    long bytes = 0;
    for (Entry entry : entries) {
      int length = entry.payload().remaining();
      records += entry.kind() == EntryKind.RECORDS ? length : 0;
      bytes += EntryHeader.LENGTH + length;
    }
    if (records > 0) {
      space.take(bytes, ordered);
    }
  }

  /** What was written counts from here on. */
  private void publish(List<Appender.Staged> staged) {
    List<Syncer.Part> left = new ArrayList<>();
    boolean begun = false;
    DiskFile before = appender.file();
    for (Appender.Staged part : staged) {
      if (part.begun()) {
        Segment last = table.last();
        if (before != null && last != null) {
          left.add(new Syncer.Part(before, last.extent().offset()));
        }
        table = table.with(part.segment());
        backstage.makeSpare();
        begun = true;
      }
      part.segment().reaches(part.end());
      before = part.file();
    }
    if (syncer != null) {
      Appender.Staged last = staged.getLast();
      Syncer.Part to = new Syncer.Part(last.file(), last.end().offset());
      syncer.wrote(left, begun, lastIndex(), position(), to);
    } else {
      left.forEach(part -> OpenFiles.close(part.file()));
    }
  }

  private void remember(List<Entry> entries) {
    for (Entry entry : entries) {
      if (entry.kind() == EntryKind.CONFIGURATION) {
        ByteBuffer copy = ByteBuffer.allocate(entry.payload().remaining());
        copy.put(entry.payload().duplicate()).flip();
        List<Entry> more = new ArrayList<>(configurations);
        more.add(new Entry(entry.index(), entry.term(), entry.kind(), entry.position(), copy));
        configurations = List.copyOf(more);
      }
    }
  }

  /**
   * Waits until this entry is durable.
   *
   * @throws StoreBrokenException if a sync has failed: final
   * @throws IOException if there is no such entry, or the store was closed before
   */
  public void awaitDurable(long index) throws IOException, InterruptedException {
    if (syncer != null) {
      syncer.await(index, this::lastIndex);
    } else if (index > lastIndex()) {
      throw new IOException("the entry of index " + index + " was cut off, or never written");
    }
  }

  /**
   * Adds a listener that runs after each sync (also after the one that failed), on the thread that
   * syncs; unsynced it never does. It must not block, and must not write to the store: who cuts or
   * replaces waits for that thread.
   */
  public void onDurable(Runnable listener) {
    if (syncer != null) {
      syncer.onDurable(listener);
    }
  }

  /**
   * Drops the entries behind this one.
   *
   * @throws IllegalArgumentException if that would reach before {@link #firstIndex}
   */
  public void truncateSuffix(long lastIndexKept) throws IOException {
    writing.lock();
    try {
      settle();
      if (lastIndexKept >= lastIndex()) {
        return;
      }
      if (lastIndexKept < firstIndex() - 1) {
        throw new IllegalArgumentException(
            "cannot keep up to index " + lastIndexKept + ": the oldest is " + firstIndex());
      }
      rest();
      SegmentTable before = table;
      int number = Math.max(0, before.numberOf(Math.max(lastIndexKept, firstIndex())));
      Segment kept = cutBehind(before.segments().get(number), lastIndexKept);
      List<Segment> segments = new ArrayList<>(before.segments().subList(0, number));
      segments.add(kept);
      List<Segment> gone = before.segments().subList(number, before.segments().size());
      for (Segment dropped : gone.subList(1, gone.size()).reversed()) {
        condemned.add(dropped.file());
      }
      uncut = kept;
      table = new SegmentTable(segments, before.generation() + 1);
      configurations = Replacement.upTo(configurations, lastIndexKept);
      files.drop(gone);
      if (syncer != null) {
        syncer.restart(lastIndex(), position());
      }
      settle();
    } finally {
      writing.unlock();
    }
  }

  /** The segment as it is without the entries behind this one. */
  private Segment cutBehind(Segment segment, long lastIndexKept) throws IOException {
    if (lastIndexKept < segment.firstIndex()) {
      return Segment.empty(segment.file(), segment.header(), 0);
    }
    Segment.Extent end = reads.extentUpTo(segment, lastIndexKept);
    SparseIndex points = segment.points().before(end.offset());
    return new Segment(segment.file(), segment.header(), points, end);
  }

  /** Does what an earlier call could not finish on the disk. */
  private void settle() throws IOException {
    if (closed) {
      throw new IOException("the log in " + directory + " is closed");
    }
    if (syncer != null) {
      syncer.check();
    }
    while (!condemned.isEmpty()) {
      disk.delete(condemned.getFirst());
      condemned.removeFirst();
      if (options.sync()) {
        disk.forceFolder(folder);
      }
    }
    Segment toCut = uncut;
    if (toCut != null) {
      appender.close();
      SegmentCut.cut(disk, toCut, toCut.extent().offset(), options.sync());
      goOnBehind(toCut);
      uncut = null;
    }
  }

  private void rest() throws IOException {
    if (syncer != null) {
      syncer.rest();
    }
  }

  /**
   * Allows the store to drop its oldest segments: those of which all entries are before this index
   * and end at or before this position; never the last. The files are deleted later, on another
   * thread.
   */
  public void trim(long firstIndexKept, long firstPositionKept) {
    writing.lock();
    try {
      SegmentTable now = table;
      List<Segment> segments = now.segments();
      long durable = durableIndex();
      int oldest = 0;
      while (oldest < segments.size() - 1
          && segments.get(oldest).extent().lastIndex() < firstIndexKept
          && segments.get(oldest).extent().position() <= firstPositionKept
          && segments.get(oldest + 1).firstIndex() <= durable) {
        // The next file's header is on the disk: it tells where the log begins.
        oldest++;
      }
      if (oldest == 0 || closed) {
        return;
      }
      table = now.without(oldest);
      long first = firstIndex();
      configurations = configurations.stream().filter(entry -> entry.index() >= first).toList();
      List<Segment> dropped = segments.subList(0, oldest);
      files.drop(dropped);
      backstage.delete(dropped.stream().map(Segment::file).toList());
    } finally {
      writing.unlock();
    }
  }

  /** Whether {@link #trim} would drop something if all indices were given. */
  public boolean droppable(long firstPositionKept) {
    List<Segment> segments = table.segments();
    return segments.size() > 1 && segments.getFirst().extent().position() <= firstPositionKept;
  }

  /** Drops everything; the next entry has this index and position. */
  public void reset(long nextIndex, long nextPosition) throws IOException {
    if (nextIndex < 1 || nextPosition < 0) {
      throw new IllegalArgumentException("index " + nextIndex + ", position " + nextPosition);
    }
    writing.lock();
    try {
      settle();
      rest();
      Replacement replacement = new Replacement(disk, directory, options);
      Appender fresh = new Appender(disk, replacement.folder(), options, boot, backstage);
      Segment first = fresh.begin(nextIndex, nextPosition, 0);
      if (options.sync()) {
        SegmentCut.force(disk, first.file());
      }
      replaceBy(replacement, List.of(first), List.of());
    } finally {
      writing.unlock();
    }
  }

  /**
   * Replaces everything by the segment files of a folder, up to this entry. They are checked entry
   * by entry before anything is given up; the folder stays as it is, and may share files with the
   * store afterwards (nothing that is in them then ever changes).
   *
   * @throws LogCorruptException if something in them is damaged
   * @throws IOException if they do not reach this entry
   */
  public void adopt(Path source, long lastIndex) throws IOException {
    writing.lock();
    try {
      settle();
      rest();
      Replacement replacement = new Replacement(disk, directory, options);
      replacement.take(source, lastIndex);
      Recovery found = replacement.look(boot);
      replaceBy(replacement, found.segments(), found.configurations());
    } finally {
      writing.unlock();
    }
  }

  private void replaceBy(
      Replacement replacement, List<Segment> segments, List<Entry> withConfigurations)
      throws IOException {
    appender.close();
    backstage.settle();
    List<Segment> before = table.segments();
    try {
      replacement.swap();
      table = new SegmentTable(replacement.renamed(segments), table.generation() + 1);
      configurations = List.copyOf(withConfigurations);
      files.drop(before);
      backstage.delete(List.of(SegmentFiles.formerIn(directory)));
    } finally {
      Segment last = table.last();
      if (last != null) {
        goOnBehind(last);
      }
    }
    if (syncer != null) {
      syncer.restart(lastIndex(), position());
    }
  }

  /**
   * Gives second names, in this folder, to the segment files that hold entries up to this one, but
   * for the oldest that end before it and at or before a position. The last may hold more, and go
   * on growing.
   *
   * @return the new names, oldest first
   */
  public List<Path> linkInto(Path target, long throughIndex, long fromPosition) throws IOException {
    writing.lock();
    try {
      settle();
      disk.makeFolder(target);
      List<Path> links = new ArrayList<>();
      for (Segment segment : table.segments()) {
        Segment.Extent end = segment.extent();
        boolean old = end.position() <= fromPosition && end.lastIndex() < throughIndex;
        if (segment.firstIndex() <= throughIndex && !segment.isEmpty() && !old) {
          Path link = target.resolve(String.valueOf(segment.file().getFileName()));
          disk.link(segment.file(), link);
          links.add(link);
        }
      }
      if (options.sync()) {
        disk.forceFolder(target);
      }
      return links;
    } finally {
      writing.unlock();
    }
  }

  // ---- reading

  /**
   * The entry of this index, checked; null if it is not held. Fast when asked in sequence.
   *
   * @throws LogCorruptException if it is damaged
   */
  public @Nullable Entry entry(long index) throws IOException {
    return reads.entry(index);
  }

  /** The term of the entry of this index; 0 if it is not held. */
  public long term(long index) throws IOException {
    return reads.term(index);
  }

  /** All CONFIGURATION entries held, oldest first. */
  public List<Entry> configurations() {
    return configurations;
  }

  /**
   * A reader of the records from a position on, which the caller knows to be the start of a record
   * (or the end of the log). It never goes beyond the limit, which is asked at each read, from the
   * reader's thread, and must be durable or committed: never what may be cut off.
   *
   * @throws LogTrimmedException if the position is before {@link #firstPosition}
   * @throws IllegalArgumentException if it is behind {@link #position}
   */
  public LogReader reader(long position, LongSupplier limit) throws IOException {
    long first = firstPosition();
    if (position < first) {
      throw new LogTrimmedException(position, first);
    }
    if (position > position()) {
      throw new IllegalArgumentException(
          "position " + position + " is beyond the end of the log, " + position());
    }
    return new PositionReader(disk, () -> table, position, limit);
  }

  /**
   * Checks every checksum of every entry and record that is held when it is called.
   *
   * @param progress is told of each file, in a line
   * @throws LogCorruptException at the first thing that is wrong
   */
  public void verify(Consumer<String> progress) throws IOException {
    Verification.verify(disk, () -> table, progress);
  }

  /** Waits for the disk where synced (10 s at most), and gives the folder free. */
  @Override
  public void close() {
    writing.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
    } finally {
      writing.unlock();
    }
    if (syncer != null) {
      syncer.close(CLOSE_MILLIS);
    }
    backstage.close();
    appender.close();
    files.close();
    try {
      lock.close();
    } catch (IOException e) {
      LOG.warn("cannot give the folder of the log free", e);
    }
  }
}
