package io.holdfast.lab.log;

import io.holdfast.lab.history.Batch;
import io.holdfast.lab.net.LabFailure;
import io.holdfast.logstore.log.OfflineLog;
import io.holdfast.logstore.record.RecordFlyweight;
import io.holdfast.logstore.segment.EntryKind;
import io.holdfast.logstore.segment.LogTrimmedException;
import io.holdfast.logstore.segment.OfflineEntries;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What stands in the files of a member, whether it runs or not, and whatever it says. */
public final class MemberFiles {
  private MemberFiles() {}

  /**
   * All whole records that end at a position or before it, committed or not.
   *
   * @param from position of the first one wanted
   */
  public static List<LogRecord> records(Path folder, long from, long end) {
    while (true) {
      List<LogRecord> found = tryRecords(folder, from, end);
      if (found != null) {
        return found;
      }
    }
  }

  /** Whether its whole records reach to this position. */
  static boolean reach(Path folder, long position) {
    try (OfflineLog log = OfflineLog.open(folder)) {
      boolean reached = false;
      while (!reached && log.next()) {
        reached = log.end() >= position;
      }
      return reached;
    } catch (IOException e) {
      throw new LabFailure("cannot read the files in " + folder, e);
    }
  }

  /** Null where the beginning was dropped while it was read: then there is another beginning. */
  private static @Nullable List<LogRecord> tryRecords(Path folder, long from, long end) {
    List<LogRecord> records = new ArrayList<>();
    try (OfflineLog log = OfflineLog.open(folder)) {
      while (log.next() && log.end() <= end) {
        if (log.position() >= from) {
          records.add(LogRecord.of(log.position(), log.record()).withoutName());
        }
      }
    } catch (LogTrimmedException e) {
      return null;
    } catch (IOException e) {
      throw new LabFailure("cannot read the files in " + folder, e);
    }
    return records;
  }

  /**
   * The log of a member as a history has it.
   *
   * @param first position of its oldest record; 0 where it holds none
   * @param batches that end at the wanted position or before it
   */
  public record Log(long first, List<Batch> batches) {}

  /** Reads the log up to a position; each batch with the term and the owner of its entry. */
  public static Log log(Path folder, long end) {
    try (OfflineEntries entries = OfflineEntries.open(folder)) {
      return new Reading(end).all(entries);
    } catch (IOException e) {
      throw new LabFailure("cannot read the files in " + folder, e);
    }
  }

  private static final class Reading {
    private final long end;
    private final List<Batch> batches = new ArrayList<>();
    private final RecordFlyweight record = new RecordFlyweight();
    private long epoch;
    private long first = -1;

    Reading(long end) {
      this.end = end;
    }

    Log all(OfflineEntries entries) throws IOException {
      while (entries.next()) {
        if (entries.kind() == EntryKind.OWNER) {
          epoch = entries.payload().getLong(0);
        } else if (entries.kind() == EntryKind.RECORDS) {
          if (first < 0) {
            first = entries.position();
          }
          entry(entries.payload(), entries.position(), entries.term());
        }
      }
      return new Log(Math.max(0, first), List.copyOf(batches));
    }

    private void entry(ByteBuffer payload, long position, long term) {
      BatchFolder folder = new BatchFolder();
      for (int at = 0; at < payload.limit(); at += record.length()) {
        add(folder.add(LogRecord.of(position + at, record.wrap(payload, at))), term);
      }
      add(folder.end(), term);
    }

    private void add(BatchFolder.@Nullable Whole whole, long term) {
      if (whole == null || whole.position() + whole.length() > end) {
        return;
      }
      // Who owned it before the oldest entry that is left can only be taken from the name.
      long owner = epoch == 0 && whole.name() != null ? whole.name().epoch() : epoch;
      batches.add(
          new Batch(whole.position(), whole.length(), whole.hash(), term, owner, whole.name()));
    }
  }
}
