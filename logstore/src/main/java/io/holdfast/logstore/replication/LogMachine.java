package io.holdfast.logstore.replication;

import com.alipay.sofa.jraft.Closure;
import com.alipay.sofa.jraft.Iterator;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.core.StateMachineAdapter;
import com.alipay.sofa.jraft.entity.LeaderChangeContext;
import com.alipay.sofa.jraft.entity.RaftOutter.SnapshotMeta;
import com.alipay.sofa.jraft.error.RaftError;
import com.alipay.sofa.jraft.error.RaftException;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotReader;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotWriter;
import io.holdfast.logstore.segment.SegmentStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state that all members agree on: how long the log is, who owns it, what may be trimmed, which
 * streams are open. Applied in the order of the log. Owned by the engine's state machine thread;
 * the volatile fields may be read by any.
 *
 * <p>Its snapshot is a file with this state and hard links to the segment files that hold the
 * records from the trim position on: so the checkpoint that a new member is sent is complete, and
 * costs no copy on the member that makes it.
 */
final class LogMachine extends StateMachineAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(LogMachine.class);

  /** Bytes of new log after which a snapshot is made. */
  private final long snapshotBytes;

  /** Bytes of the volume below which none is made; less than the store keeps free of records. */
  private static final long SNAPSHOT_ROOM = 1 << 20;

  /** What the machine tells its member; on the state machine's thread. */
  interface MachineEvents {
    /** A task of ours (its closure), or an entry of another, was applied. */
    void applied(@Nullable Closure done);

    /** Index of the last entry that the engine has applied, of any kind. */
    long reached();

    /** All of a round was applied. */
    void advanced();

    void leads(long term);

    void follows();

    void leader(String address);

    /** Another owner took the log over. */
    void owner(long epoch, String name);

    void configured(Configuration configuration);

    /** So much was added that a snapshot is due. */
    void snapshotDue();

    void failed(String reason);
  }

  private final SegmentStore store;
  private final RaftStorage storage;
  private final MachineEvents events;
  private final StreamTable streams = new StreamTable();

  private volatile long position;
  private volatile long trimPosition;
  private volatile long ownerEpoch;
  private volatile String ownerName = "";
  private volatile long appliedIndex;
  private volatile long appliedTerm;
  private volatile long records;
  private volatile long bytes;
  private long snapshotPosition;

  /** The newest snapshot may hold segments from here on, which the store has dropped since. */
  private volatile long linkedFrom;

  LogMachine(SegmentStore store, RaftStorage storage, long snapshotBytes, MachineEvents events) {
    this.store = store;
    this.storage = storage;
    this.snapshotBytes = snapshotBytes;
    this.events = events;
  }

  StreamTable streams() {
    return streams;
  }

  /** Position behind the last record applied. */
  long position() {
    return position;
  }

  long trimPosition() {
    return trimPosition;
  }

  /** Whether a checkpoint may give space back. */
  boolean droppable() {
    return store.droppable(trimPosition) || linkedFrom < store.firstPosition();
  }

  long ownerEpoch() {
    return ownerEpoch;
  }

  String ownerName() {
    return ownerName;
  }

  /** Records applied since this process began. */
  long records() {
    return records;
  }

  /** Their bytes. */
  long bytes() {
    return bytes;
  }

  long appliedIndex() {
    return appliedIndex;
  }

  long appliedTerm() {
    return appliedTerm;
  }

  @Override
  public void onApply(Iterator entries) {
    boolean due = false;
    while (entries.hasNext()) {
      try {
        due |= apply(Command.of(entries.getData()));
      } catch (IllegalArgumentException e) {
        entries.setErrorAndRollback(
            1,
            new Status(
                RaftError.ESTATEMACHINE, "entry %d: %s", entries.getIndex(), e.getMessage()));
        events.failed("entry " + entries.getIndex() + " of the log: " + e.getMessage());
        return;
      }
      appliedIndex = entries.getIndex();
      appliedTerm = entries.getTerm();
      events.applied(entries.done());
      entries.next();
    }
    events.advanced();
    if (due) {
      events.snapshotDue();
    }
  }

  /** Whether a snapshot is due. */
  private boolean apply(Command command) {
    if (command.position() != position) {
      throw new IllegalArgumentException(
          "it begins at position " + command.position() + ", the log ends at " + position);
    }
    return switch (command.kind()) {
      case RECORDS -> {
        appended(command.body());
        yield position - snapshotPosition >= snapshotBytes;
      }
      case TRIM -> {
        long before = trimPosition;
        trimPosition = Math.clamp(command.number(), trimPosition, position);
        storage.trim(trimPosition);
        yield trimPosition > before && position - snapshotPosition >= snapshotBytes / 4;
      }
      case OWNER -> {
        ownerEpoch = command.number();
        ownerName = command.name();
        events.owner(ownerEpoch, ownerName);
        yield false;
      }
      case EXPIRED -> {
        streams.remove(command.number());
        yield false;
      }
      case CONFIGURATION, NO_OP -> throw new IllegalArgumentException("of kind " + command.kind());
    };
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes them, others look
  private void appended(ByteBuffer body) {
    records += streams.fold(body, position);
    bytes += body.remaining();
    position += body.remaining();
  }

  @Override
  public void onSnapshotSave(SnapshotWriter writer, Closure done) {
    Path folder = Path.of(writer.getPath());
    try {
      checkRoom();
      // The snapshot will claim to hold this entry: it must stand in the files, which an engine
      // that applies from its memory does not wait for.
      long through = events.reached();
      store.awaitDurable(through);
      new SnapshotState(position, trimPosition, ownerEpoch, ownerName, appliedIndex, appliedTerm)
          .save(folder, streams);
      boolean added = writer.addFile(SnapshotState.FILE);
      linkedFrom = store.firstPosition();
      for (Path link : store.linkInto(folder, through, trimPosition)) {
        added &= writer.addFile(link.getFileName().toString());
      }
      if (!added) {
        throw new IOException("a file of the snapshot was not taken");
      }
      snapshotPosition = position;
      done.run(Status.OK());
    } catch (IOException e) {
      LOG.warn("no snapshot of the log in {}: {}", folder, e.getMessage());
      snapshotPosition = position; // the next attempt comes as the next snapshot would
      // Not EIO, which the engine takes for its own end.
      done.run(new Status(RaftError.EAGAIN, "snapshot: %s", e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      done.run(new Status(RaftError.EINTR, "interrupted"));
    }
  }

  /**
   * The engine writes a file when this machine is done, and takes a disk that has no room for it
   * for its own end: so it is not led there.
   */
  private void checkRoom() throws IOException {
    long usable = store.lookAtSpace();
    if (usable < SNAPSHOT_ROOM) {
      throw new IOException("only " + usable + " bytes are left on the disk");
    }
  }

  @Override
  public boolean onSnapshotLoad(SnapshotReader reader) {
    Path folder = Path.of(reader.getPath());
    SnapshotMeta meta = reader.load();
    if (meta == null) {
      LOG.error("a snapshot without a description in {}", folder);
      return false;
    }
    try {
      SnapshotSeal.seal(folder); // of one that came from the leader, it is the first look
      SnapshotState state = SnapshotState.load(folder, streams);
      long index = meta.getLastIncludedIndex();
      position = state.position();
      trimPosition = state.trimPosition();
      ownerEpoch = state.ownerEpoch();
      ownerName = state.ownerName();
      appliedIndex = index;
      appliedTerm = meta.getLastIncludedTerm();
      snapshotPosition = position;
      if (index > store.lastIndex() || store.term(index) != meta.getLastIncludedTerm()) {
        storage.installed(folder, index);
      } else {
        storage.trim(trimPosition);
      }
      events.owner(ownerEpoch, ownerName);
      return true;
    } catch (IOException e) {
      LOG.error("cannot load the snapshot in {}: {}", folder, e.getMessage());
      events.failed("the snapshot in " + folder + ": " + e.getMessage());
      return false;
    }
  }

  @Override
  public void onLeaderStart(long term) {
    events.leads(term);
  }

  @Override
  public void onLeaderStop(Status status) {
    events.follows();
  }

  @Override
  public void onStartFollowing(LeaderChangeContext context) {
    events.leader(context.getLeaderId().getEndpoint().toString());
  }

  @Override
  public void onStopFollowing(LeaderChangeContext context) {
    events.leader("");
  }

  @Override
  public void onConfigurationCommitted(Configuration configuration) {
    events.configured(configuration);
  }

  @Override
  public void onError(RaftException error) {
    events.failed(error.getStatus().getErrorMsg());
  }
}
