package io.holdfast.logstore.replication;

import com.alipay.sofa.jraft.entity.LogEntry;
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

  /** Longer ones are not kept: all in all it stays below 2 MB. */
  private static final int MOST_BYTES = 128 << 10;

  private final AtomicReferenceArray<@Nullable LogEntry> slots = new AtomicReferenceArray<>(SLOTS);

  /** These stand in the files now. */
  void wrote(List<LogEntry> entries) {
    for (LogEntry entry : entries.subList(Math.max(0, entries.size() - SLOTS), entries.size())) {
      boolean kept = entry.getData() == null || entry.getData().remaining() <= MOST_BYTES;
      slots.set(slot(entry.getId().getIndex()), kept ? entry : null);
    }
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
