package io.holdfast.logstore.replication;

import com.alipay.sofa.jraft.Closure;
import com.alipay.sofa.jraft.Node;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.entity.Task;
import io.holdfast.logstore.log.CommitTimes;
import io.holdfast.logstore.log.OwnedLog;
import io.holdfast.logstore.log.SharedLog;
import io.holdfast.logstore.segment.SegmentStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Puts the commands of this member, while it leads, into one order and hands them to the engine, so
 * that each begins where the one before ends. Everything is guarded by its monitor; futures are
 * completed outside.
 *
 * <p>The engine drops a task without a word to its neighbours when its queues are full. So fewer
 * tasks are under way than its smallest queue holds, and any task that fails all the same ends the
 * term for us: nothing more is handed over before the next one begins.
 */
final class Sequencer {
  /** Tasks under way; the engine's queues have {@link Member#QUEUE} places. */
  static final int MOST_TASKS = Member.QUEUE / 2;

  /** Bytes under way that the engine has not applied. */
  static final long MOST_BYTES = 32L << 20;

  /** What became of a command. */
  enum Taken {
    YES,
    /** Too much is under way, or the disk takes nothing. */
    NOT_NOW,
    /** This member does not lead. */
    NOT_LEADER
  }

  /** A command that was handed over. */
  private final class Handed implements Closure {
    final long number;
    final int bytes;
    final long nanos = System.nanoTime();
    final long inTerm;
    final @Nullable CompletableFuture<Long> done;
    final long end;

    Handed(long number, int bytes, long inTerm, long end, @Nullable CompletableFuture<Long> done) {
      this.number = number;
      this.bytes = bytes;
      this.inTerm = inTerm;
      this.end = end;
      this.done = done;
    }

    @Override
    public void run(Status status) {
      if (!status.isOk()) {
        refused(this, status);
      }
    }
  }

  private final SegmentStore store;
  private final RaftStorage storage;
  private final boolean sync;
  private final CommitTimes times;
  private @Nullable Node node;

  private long term;
  private boolean sole;

  /** The disk had no room for the last records. */
  private boolean turnedAway;

  /** Nothing is handed over for a moment. */
  private boolean quiet;

  /** Index that the next entry will have; only as the sole voter. */
  private long nextIndex;

  private long nextPosition;
  private long epoch;
  private long handedNumber;

  /** Handed over, not applied by the engine. */
  private int tasks;

  private long bytes;

  /** Handed over, not known to be committed, in order. */
  private final ArrayDeque<Handed> uncommitted = new ArrayDeque<>();

  /**
   * Handed over, not in the files of this member, in order: with others who write, an entry can be
   * committed and applied before. Not as the sole voter.
   */
  private final ArrayDeque<Handed> unstored = new ArrayDeque<>();

  /** Taken, and not yet given to the engine, in order. Only as the sole voter, unsynced. */
  private final ArrayDeque<Task> ready = new ArrayDeque<>();

  Sequencer(SegmentStore store, RaftStorage storage, boolean sync, CommitTimes times) {
    this.store = store;
    this.storage = storage;
    this.sync = sync;
    this.times = times;
  }

  synchronized void node(Node value) {
    node = value;
  }

  /** This member leads; all that was in the log before is applied. */
  synchronized void leads(long newTerm, boolean soleVoter, long position, long ownerEpoch) {
    term = newTerm;
    sole = soleVoter;
    storage.sole(soleVoter);
    nextIndex = store.lastIndex() + 1;
    nextPosition = position;
    epoch = ownerEpoch;
    tasks = 0;
    bytes = 0;
    turnedAway = false;
    unstored.clear();
  }

  /** This member does not lead (any more): what is under way may still commit, or not. */
  List<CompletableFuture<Long>> follows() {
    List<CompletableFuture<Long>> lost = new ArrayList<>();
    synchronized (this) {
      term = 0;
      // What is written ahead stays written: a sole voter never loses its lead but by ending.
      for (Handed handed : uncommitted) {
        if (handed.done != null) {
          lost.add(handed.done);
        }
      }
      uncommitted.clear();
    }
    return lost;
  }

  /**
   * From now on the engine's disk thread writes: the group is about to have other voters. Waits
   * until the engine has all that was written ahead, and until that is as durable as was promised:
   * what other voters commit later must not make it committed before.
   *
   * @param durable tells what is stable by now
   */
  void shareWriting(Runnable durable) throws InterruptedException, IOException {
    try {
      synchronized (this) {
        if (!sole) {
          return;
        }
        quiet = true;
        while (tasks > 0 && term != 0) {
          wait();
        }
      }
      store.awaitDurable(store.lastIndex());
      durable.run();
      synchronized (this) {
        sole = false;
        storage.sole(false);
      }
    } finally {
      synchronized (this) {
        quiet = false;
      }
    }
  }

  synchronized boolean leading() {
    return term != 0;
  }

  synchronized boolean sole() {
    return sole;
  }

  synchronized long epoch() {
    return epoch;
  }

  synchronized long nextPosition() {
    return nextPosition;
  }

  /** Entries whose fate is open. */
  synchronized int underWay() {
    return uncommitted.size();
  }

  /** Begins a new turn, which ends all before; returns its epoch, 0 if it was not taken. */
  synchronized long own(String name, CompletableFuture<Long> done) throws IOException {
    long next = epoch + 1;
    if (take(position -> Command.owner(position, next, name), done) != Taken.YES) {
      return 0;
    }
    epoch = next;
    return next;
  }

  /**
   * Appends the records of a batch, if it continues the log and its owner has the word.
   *
   * @throws SharedLog.ExpiredException if another owner took over
   * @throws SharedLog.PositionException if it does not begin where the log ends
   * @throws IOException if the disk has no room for it
   */
  Taken append(
      long ownerEpoch,
      long position,
      byte[] batch,
      int length,
      @Nullable CompletableFuture<Long> done)
      throws IOException {
    synchronized (this) {
      if (term == 0) {
        return Taken.NOT_LEADER;
      }
      if (ownerEpoch != epoch) {
        throw new SharedLog.ExpiredException(
            "the log has a later owner, of epoch " + epoch + "; this one is of " + ownerEpoch);
      }
      if (position != nextPosition) {
        throw new SharedLog.PositionException(position, nextPosition);
      }
      if (!sole) {
        if (behind()) {
          return Taken.NOT_NOW;
        }
        // Behind the door they stand in an order, and a trim behind them would never come.
        turnedAway = true;
        store.checkSpace(nextPosition - store.position() + length);
        turnedAway = false;
      }
      Taken taken = hand(Command.records(position, batch, length), position + length, done);
      if (taken == Taken.YES) {
        nextPosition = position + length;
      }
      return taken;
    }
  }

  /** A command that is made for the position at which it will stand. */
  interface Maker {
    ByteBuffer at(long position);
  }

  /** Appends a command that is no batch. */
  synchronized Taken take(Maker command, @Nullable CompletableFuture<Long> done)
      throws IOException {
    return term == 0 ? Taken.NOT_LEADER : hand(command.at(nextPosition), nextPosition, done);
  }

  private Taken hand(ByteBuffer data, long end, @Nullable CompletableFuture<Long> done)
      throws IOException {
    Node to = node;
    if (to == null || quiet || tasks >= MOST_TASKS || (bytes >= MOST_BYTES && tasks > 0)) {
      return Taken.NOT_NOW;
    }
    if (unstored.size() >= MOST_TASKS) {
      return Taken.NOT_NOW;
    }
    if (sole) {
      storage.writeAhead(nextIndex, term, data);
      nextIndex++;
    }
    Handed handed = new Handed(handedNumber++, data.remaining(), term, end, done);
    tasks++;
    bytes += handed.bytes;
    uncommitted.addLast(handed);
    if (!sole) {
      unstored.addLast(handed);
    }
    ready.addLast(new Task(data, handed, term));
    if (!sole || sync) {
      pass();
    }
    return Taken.YES;
  }

  /** Whether the disk has room for records: none were turned away, or there is enough by now. */
  synchronized boolean takesRecords() {
    if (turnedAway) {
      try {
        store.checkSpace(OwnedLog.BATCH_BYTES);
      } catch (IOException e) {
        return false;
      }
      turnedAway = false;
    }
    return true;
  }

  /**
   * Whether this member's own files are so far behind that no records are handed over: what they
   * lack, the engine keeps in memory, and its queue for the disk is as long as the others.
   */
  synchronized boolean behind() {
    long stored = store.position();
    while (!unstored.isEmpty() && unstored.peekFirst().end <= stored) {
      unstored.removeFirst();
    }
    return unstored.size() >= MOST_TASKS / 2 || nextPosition - stored >= MOST_BYTES;
  }

  /**
   * Gives the engine what it has not got. As the sole voter, unsynced, a command that was taken is
   * committed, and who waits for it is told before the engine's threads are woken: so whoever has a
   * command taken tells, and then calls this.
   */
  synchronized void pass() {
    Node to = node;
    for (Task task = ready.pollFirst(); to != null && task != null; task = ready.pollFirst()) {
      to.apply(task);
    }
  }

  /** The engine applied a command of ours. */
  synchronized void applied(Closure closure) {
    Handed handed = (Handed) closure;
    if (handed.inTerm == term) {
      tasks--;
      bytes -= handed.bytes;
      notifyAll();
    }
  }

  /** The engine refused a command: the order is broken, and this term is over for us. */
  private void refused(Handed handed, Status status) {
    boolean ended;
    synchronized (this) {
      ended = handed.inTerm == term;
      if (ended) {
        term = 0;
      }
      notifyAll();
    }
    if (ended) {
      follows().forEach(done -> done.completeExceptionally(new SharedLog.NotLeaderException("")));
    }
    if (handed.done != null) {
      handed.done.completeExceptionally(new IOException(status.getErrorMsg()));
    }
  }

  /** Commands whose entries are stable, by what the store has; only as the sole voter. */
  void stored() {
    long index = store.durableIndex();
    List<Handed> stable = new ArrayList<>();
    synchronized (this) {
      if (!sole) {
        return;
      }
      // The last of the uncommitted will stand at nextIndex − 1.
      while (!uncommitted.isEmpty() && nextIndex - uncommitted.size() <= index) {
        stable.add(uncommitted.removeFirst());
      }
    }
    complete(stable);
  }

  /** The engine committed and applied this command and all before it. */
  void committed(Closure closure) {
    Handed last = (Handed) closure;
    List<Handed> stable = new ArrayList<>();
    synchronized (this) {
      if (sole && sync) {
        return; // the disk says when
      }
      while (!uncommitted.isEmpty() && uncommitted.peekFirst().number <= last.number) {
        stable.add(uncommitted.removeFirst());
      }
    }
    complete(stable);
  }

  private void complete(List<Handed> stable) {
    long now = System.nanoTime();
    for (Handed handed : stable) {
      times.add(now - handed.nanos);
      if (handed.done != null) {
        handed.done.complete(handed.end);
      }
    }
  }
}
