package io.holdfast.logstore.replication;

import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.conf.ConfigurationEntry;
import com.alipay.sofa.jraft.entity.EnumOutter.EntryType;
import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.entity.LogId;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.option.LogStorageOptions;
import com.alipay.sofa.jraft.storage.LogStorage;
import io.holdfast.logstore.segment.EntryKind;
import io.holdfast.logstore.segment.SegmentStore;
import io.holdfast.logstore.segment.StoreBrokenException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The segment files as the engine's log storage. Called on the engine's disk thread, except {@link
 * #writeAhead} (the thread that submits) and the readers.
 *
 * <p>A disk that takes nothing makes the disk thread wait here and try again: the engine would take
 * an error for the end of the member. Only damage and failed syncs are errors.
 */
final class RaftStorage implements LogStorage {
  private static final Logger LOG = LoggerFactory.getLogger(RaftStorage.class);
  private static final long RETRY_MILLIS = 50;

  /** Where the segment files of an installed snapshot are. */
  record Installed(Path folder, long lastIndex) {}

  private final SegmentStore store;
  private final boolean sync;
  private final StorageEvents events;
  private final RecentEntries recent = new RecentEntries();

  /** The only voter is this member: it need not be synced here, the store's own thread does. */
  private volatile boolean sole;

  /** Entries from this index on are written ahead, in this term. */
  private volatile long aheadFrom = Long.MAX_VALUE;

  private volatile long aheadTerm;
  private volatile boolean stopping;
  private volatile @Nullable Installed installed;
  private volatile long firstIndexKept;
  private volatile long firstPositionKept;

  /** What the storage tells its member; on the disk thread. */
  interface StorageEvents {
    /** More can be read than before. */
    void wrote();

    /** The disk takes nothing (again and again), or takes again (null). */
    void disk(@Nullable IOException error);

    /** Something is wrong that waiting does not mend. */
    void broken(IOException error);
  }

  RaftStorage(SegmentStore store, boolean sync, StorageEvents events) {
    this.store = store;
    this.sync = sync;
    this.events = events;
    this.firstIndexKept = store.firstIndex();
    this.firstPositionKept = store.firstPosition();
  }

  void sole(boolean value) {
    sole = value;
  }

  /** Ends waiting for a disk. */
  void stop() {
    stopping = true;
  }

  /**
   * The engine will ask to drop everything up to this snapshot: then its files take their place.
   */
  void installed(Path folder, long lastIndex) {
    installed = new Installed(folder, lastIndex);
  }

  /** What is before this position is no longer wanted by the log's owner. */
  void trim(long position) {
    firstPositionKept = Math.max(firstPositionKept, position);
    store.trim(firstIndexKept, firstPositionKept);
  }

  /**
   * Writes an entry before the engine does, with the index and term that it is going to have. The
   * engine finds it there.
   */
  void writeAhead(long index, long term, ByteBuffer data) throws IOException {
    if (term != aheadTerm) {
      aheadFrom = index;
      aheadTerm = term;
    }
    Command command = Command.of(data);
    store.append(
        List.of(
            new SegmentStore.Entry(
                index, term, command.kind(), command.position(), command.body())));
  }

  @Override
  public boolean init(LogStorageOptions options) {
    for (SegmentStore.Entry entry : store.configurations()) {
      LogEntry decoded = logEntry(entry);
      Configuration old =
          decoded.getOldPeers() == null
              ? new Configuration()
              : new Configuration(decoded.getOldPeers(), decoded.getOldLearners());
      options
          .getConfigurationManager()
          .add(
              new ConfigurationEntry(
                  decoded.getId(),
                  new Configuration(decoded.getPeers(), decoded.getLearners()),
                  old));
    }
    return true;
  }

  /**
   * The members after the newest configuration that is stored, and those before it while both
   * decide; by host:port. None if it is in a snapshot only.
   */
  Set<String> configured() {
    List<SegmentStore.Entry> stored = store.configurations();
    Set<String> members = new HashSet<>();
    if (!stored.isEmpty()) {
      LogEntry newest = logEntry(stored.getLast());
      for (List<PeerId> peers : Arrays.asList(newest.getPeers(), newest.getOldPeers())) {
        if (peers != null) {
          peers.forEach(peer -> members.add(peer.toString()));
        }
      }
    }
    return members;
  }

  @Override
  public void shutdown() {
    stopping = true; // the store is closed by the member, after the engine
  }

  @Override
  public long getFirstLogIndex() {
    return store.firstIndex();
  }

  @Override
  public long getLastLogIndex() {
    return store.lastIndex();
  }

  @Override
  public @Nullable LogEntry getEntry(long index) {
    LogEntry kept = recent.get(index);
    if (kept != null) {
      return kept;
    }
    try {
      SegmentStore.Entry entry = store.entry(index);
      return entry == null ? null : logEntry(entry);
    } catch (IOException e) {
      events.broken(e);
      return null;
    }
  }

  @Override
  @Deprecated
  public long getTerm(long index) {
    try {
      return store.term(index);
    } catch (IOException e) {
      events.broken(e);
      return 0;
    }
  }

  @Override
  public boolean appendEntry(LogEntry entry) {
    return appendEntries(List.of(entry)) == 1;
  }

  @Override
  public int appendEntries(List<LogEntry> entries) {
    try {
      List<SegmentStore.Entry> missing = missing(entries);
      if (!missing.isEmpty()) {
        append(missing);
      }
      recent.wrote(entries);
      if (sync && !sole) {
        store.awaitDurable(entries.getLast().getId().getIndex());
      }
      events.wrote();
      return entries.size();
    } catch (IOException e) {
      events.broken(e);
      return 0;
    } catch (IllegalArgumentException e) {
      events.broken(new IOException(e.getMessage(), e));
      return 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 0;
    }
  }

  /** Those that were not written ahead. */
  private List<SegmentStore.Entry> missing(List<LogEntry> entries) throws IOException {
    List<SegmentStore.Entry> missing = new ArrayList<>(entries.size());
    long position = -1;
    for (LogEntry entry : entries) {
      long index = entry.getId().getIndex();
      if (index <= store.lastIndex()) {
        boolean ahead = index >= aheadFrom && entry.getId().getTerm() == aheadTerm;
        if (!ahead && store.term(index) != entry.getId().getTerm()) {
          throw new IOException(
              "entry %d of term %d stands where the engine puts one of term %d"
                  .formatted(index, store.term(index), entry.getId().getTerm()));
        }
        continue;
      }
      SegmentStore.Entry made = entry(entry, position < 0 ? store.position() : position);
      position =
          made.position() + (made.kind() == EntryKind.RECORDS ? made.payload().remaining() : 0);
      missing.add(made);
    }
    return missing;
  }

  private void append(List<SegmentStore.Entry> entries) throws IOException, InterruptedException {
    boolean failed = false;
    while (true) {
      try {
        store.appendOrdered(entries);
        if (failed) {
          events.disk(null);
        }
        return;
      } catch (StoreBrokenException e) {
        throw e;
      } catch (IOException e) {
        if (stopping) {
          throw e;
        }
        if (!failed) {
          LOG.warn("the disk of the log takes nothing: {}", e.getMessage());
        }
        failed = true;
        events.disk(e);
        Thread.sleep(RETRY_MILLIS);
      }
    }
  }

  @Override
  public boolean truncatePrefix(long firstKept) {
    Installed place = installed;
    if (firstKept > store.lastIndex() + 1) {
      return place != null && place.lastIndex() == firstKept - 1 && adopt(place);
    }
    firstIndexKept = Math.max(firstIndexKept, firstKept);
    store.trim(firstIndexKept, firstPositionKept);
    return true;
  }

  @Override
  public boolean truncateSuffix(long lastKept) {
    recent.forget();
    return attempt(() -> store.truncateSuffix(lastKept));
  }

  @Override
  public boolean reset(long next) {
    Installed place = installed;
    return place != null && place.lastIndex() == next - 1 && adopt(place);
  }

  private boolean adopt(Installed place) {
    recent.forget();
    boolean done =
        attempt(
            () -> {
              store.adopt(place.folder(), place.lastIndex());
              LOG.info(
                  "took over the segments of a snapshot, entries {} to {}",
                  store.firstIndex(),
                  store.lastIndex());
            });
    if (done) {
      installed = null;
      firstIndexKept = store.firstIndex();
      firstPositionKept = Math.max(firstPositionKept, store.firstPosition());
      events.wrote();
    }
    return done;
  }

  private interface Change {
    void make() throws IOException;
  }

  private boolean attempt(Change change) {
    try {
      change.make();
      return true;
    } catch (IOException e) {
      events.broken(e);
      return false;
    }
  }

  // ---- entries of the engine and of the store ----

  private static SegmentStore.Entry entry(LogEntry from, long position) {
    long index = from.getId().getIndex();
    long term = from.getId().getTerm();
    EntryType type = from.getType();
    if (type == EntryType.ENTRY_TYPE_DATA) {
      Command command = Command.of(from.getData());
      if (command.position() != position) {
        throw new IllegalArgumentException(
            "entry %d begins at position %d, the log ends at %d"
                .formatted(index, command.position(), position));
      }
      return new SegmentStore.Entry(index, term, command.kind(), position, command.body());
    }
    if (type == EntryType.ENTRY_TYPE_CONFIGURATION) {
      return new SegmentStore.Entry(
          index, term, EntryKind.CONFIGURATION, position, configuration(from));
    }
    return new SegmentStore.Entry(index, term, EntryKind.NO_OP, position, ByteBuffer.allocate(0));
  }

  private static LogEntry logEntry(SegmentStore.Entry from) {
    EntryType type =
        switch (from.kind()) {
          case RECORDS, TRIM, OWNER, EXPIRED -> EntryType.ENTRY_TYPE_DATA;
          case CONFIGURATION -> EntryType.ENTRY_TYPE_CONFIGURATION;
          case NO_OP -> EntryType.ENTRY_TYPE_NO_OP;
        };
    LogEntry entry = new LogEntry(type);
    entry.setId(new LogId(from.index(), from.term()));
    if (type == EntryType.ENTRY_TYPE_DATA) {
      entry.setData(Command.data(from.kind(), from.position(), from.payload()));
    } else if (type == EntryType.ENTRY_TYPE_CONFIGURATION) {
      String[] lines =
          StandardCharsets.UTF_8.decode(from.payload().duplicate()).toString().split("\n", -1);
      peers(lines, 0, entry::setPeers);
      peers(lines, 1, entry::setOldPeers);
      peers(lines, 2, entry::setLearners);
      peers(lines, 3, entry::setOldLearners);
    }
    return entry;
  }

  /** Four lines: peers, old peers, learners, old learners; each separated by commas, or empty. */
  private static ByteBuffer configuration(LogEntry entry) {
    String text =
        String.join(
            "\n",
            text(entry.getPeers()),
            text(entry.getOldPeers()),
            text(entry.getLearners()),
            text(entry.getOldLearners()));
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String text(@Nullable List<PeerId> peers) {
    return peers == null ? "" : String.join(",", peers.stream().map(PeerId::toString).toList());
  }

  private static void peers(String[] lines, int line, Consumer<List<PeerId>> into) {
    if (line >= lines.length || lines[line].isEmpty()) {
      return;
    }
    List<PeerId> peers = new ArrayList<>();
    for (String word : lines[line].split(",", -1)) {
      PeerId peer = new PeerId();
      if (!peer.parse(word)) {
        throw new IllegalArgumentException("a configuration with the member \"" + word + '"');
      }
      peers.add(peer);
    }
    into.accept(peers);
  }
}
