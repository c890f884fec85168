package io.holdfast.logstore.replication;

import com.alipay.sofa.jraft.entity.LogEntry;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The entries that were written last, as the engine gave them: it forgets an entry once it is
 * written and applied, and then asks for it again, for its term or to send it to a member that is a
 * little behind. Changed by the disk thread, read by any.
 */
final class RecentEntries {
  private static final int SLOTS = 16;

  /** Those that hold more memory are not kept: all in all it stays at 2 MB. */
  private static final int MOST_BYTES = 128 << 10;

  private final AtomicReferenceArray<@Nullable LogEntry> slots = new AtomicReferenceArray<>(SLOTS);

  /** These stand in the files now. */
  void wrote(List<LogEntry> entries) {
    for (LogEntry entry : entries.subList(Math.max(0, entries.size() - SLOTS), entries.size())) {
      slots.set(slot(entry.getId().getIndex()), held(entry.getData()) <= MOST_BYTES ? entry : null);
    }
  }

  /** Bytes of memory that the data keeps. */
  @SuppressWarnings("ByteBufferBackingArray") // only its length
  private static int held(@Nullable ByteBuffer data) {
    if (data == null) {
      return 0;
    }
    return data.hasArray() ? data.array().length : data.remaining();
  }

  /** Entries were cut off or replaced. */
  void forget() {
    for (int i = 0; i < SLOTS; i++) {
      slots.set(i, null);
    }
  }

  /** The entry of this index, if it is one of the last. */
  @Nullable LogEntry get(long index) {
    LogEntry entry = slots.get(slot(index));
    return entry != null && entry.getId().getIndex() == index ? entry : null;
  }

  private static int slot(long index) {
    return (int) (index % SLOTS);
  }
}
