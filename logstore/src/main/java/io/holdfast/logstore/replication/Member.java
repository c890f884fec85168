package io.holdfast.logstore.replication;

import com.alipay.sofa.jraft.Closure;
import com.alipay.sofa.jraft.conf.Configuration;
import io.holdfast.logstore.log.CommitTimes;
import io.holdfast.logstore.log.Log;
import io.holdfast.logstore.log.LogBackend;
import io.holdfast.logstore.log.LogStatistics;
import io.holdfast.logstore.log.SharedLog;
import io.holdfast.logstore.log.Streams;
import io.holdfast.logstore.rpc.TlsFiles;
import io.holdfast.logstore.rpc.Transport;
import io.holdfast.logstore.segment.LogCorruptException;
import io.holdfast.logstore.segment.LogReader;
import io.holdfast.logstore.segment.LogTrimmedException;
import io.holdfast.logstore.segment.SegmentStore;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A member of the log, alone or with others, in this process. From any thread.
 *
 * <p>It owns its folder, its engine and its part of the transport. What it offers to owners in
 * other processes is {@link SharedLog}; the owner in this process takes {@link #backend}.
 */
public final class Member implements SharedLog, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Member.class);

  /** Places in each of the engine's queues. */
  static final int QUEUE = 1_024;

  /** Until a batch that was not taken may be given again. */
  private static final long RETRY_MILLIS = 20;

  private final MemberConfig config;
  private final MemberFolder folder;
  private final SegmentStore store;
  private final VoteGuard guard;
  private final GroupMembership membership;
  private final @Nullable Transport transport;
  private final CompletableFuture<String> damaged = new CompletableFuture<>();
  private final RaftStorage storage;
  private final LogMachine machine;
  private final Sequencer sequencer;
  private final CommitTimes times = new CommitTimes();
  private final MemberStatus status;
  private final Engine engine;
  private final Housekeeping housekeeping;
  private final Backlog backlog;
  private final CopyOnWriteArrayList<MemberListener> listeners = new CopyOnWriteArrayList<>();
  private final AtomicBoolean snapshotting = new AtomicBoolean();

  /** The owner in this process will be told that it may submit again. */
  private final AtomicBoolean retold = new AtomicBoolean();

  private volatile String leader = "";

  /** The engine may lead before its maker has it in hand. */
  private final CountDownLatch assembled = new CountDownLatch(1);

  private volatile boolean closed;

  /** Of this round of the state machine; on its thread. */
  private @Nullable Closure lastApplied;

  /** What a member tells those in its process; not blocking, from its threads. */
  interface MemberListener {
    void committed(long position);

    void leads(long position, long ownerEpoch);

    void follows();

    void owner(long epoch, String name);
  }

  private Member(MemberConfig config, MemberFolder folder, @Nullable TlsFiles tls)
      throws IOException {
    this.config = config;
    this.folder = folder;
    this.store = folder.store();
    boolean sync = config.store().sync();
    this.status = new MemberStatus(config.directory(), config.lowSpaceBytes());
    this.storage = new RaftStorage(store, sync, new FromStorage());
    this.sequencer = new Sequencer(store, storage, sync, times);
    this.machine = new LogMachine(store, storage, config.snapshotBytes(), new FromMachine());
    this.housekeeping = new Housekeeping(this, store);
    this.backlog = new Backlog(sequencer, new FromBacklog());
    if (sync) {
      store.onDurable(this::durable);
    }
    this.guard = new VoteGuard(config.priority() > 0);
    this.membership = new GroupMembership(this);
    this.transport = tls == null ? null : folder.connect(tls, guard);
    try {
      this.engine = begin();
    } catch (IOException | RuntimeException e) {
      housekeeping.close();
      if (transport != null) {
        transport.close();
      }
      throw e;
    }
    folder.term(engine::term);
    folder.compare(engine.configured());
    assembled.countDown();
    housekeeping.start();
  }

  private Engine begin() throws IOException {
    Beginning.Mode mode = folder.begin(transport, guard);
    if (mode == Beginning.Mode.REBUILDING) {
      LOG.warn(
          "this member may have lost what it had: it is rebuilt from the others, and waits {}",
          guard.waitsFor());
    }
    return Engine.start(
        config,
        storage,
        machine,
        new Engine.Network(transport, guard, folder::isMember, mode != Beginning.Mode.TRUSTED),
        sequencer::node);
  }

  /**
   * Opens the folder and starts the member. It serves when it, or another, leads.
   *
   * @param tls how it shows who it is; null for a group of one without a network
   * @throws IOException with a line for the operator
   */
  public static Member start(MemberConfig config, @Nullable TlsFiles tls) throws IOException {
    if ((tls == null) != (config.self() == null)) {
      throw new IllegalArgumentException("TLS files go with an address");
    }
    MemberFolder folder = MemberFolder.open(config);
    try {
      return new Member(config, folder, tls);
    } catch (IOException | RuntimeException e) {
      folder.close();
      throw e;
    }
  }

  /** What the other members, and owners elsewhere, reach it by; null without a network. */
  public @Nullable Transport transport() {
    return transport;
  }

  /** Changes of who is a member. */
  public Membership membership() {
    return membership;
  }

  /**
   * Completes when the member found its own files damaged, with what was found. Then it must be
   * closed and started again: it is rebuilt from the others.
   */
  public CompletableFuture<String> damaged() {
    return damaged;
  }

  /**
   * This member as the backend of an owner in this process, which closes the member with it.
   *
   * @param patience how long {@link LogBackend#open} waits for this member to lead
   */
  public LogBackend backend(Duration patience) {
    return new MemberBackend(this, patience);
  }

  void listen(MemberListener listener) {
    listeners.add(listener);
  }

  MemberStatus memberStatus() {
    return status;
  }

  Sequencer sequencer() {
    return sequencer;
  }

  Engine engine() {
    return engine;
  }

  VoteGuard guard() {
    return guard;
  }

  MemberFolder folder() {
    return folder;
  }

  MemberConfig config() {
    return config;
  }

  LogMachine machine() {
    return machine;
  }

  /** The term that this member is in. */
  public long term() {
    return engine.term();
  }

  /** Index of the last entry that it holds. */
  public long index() {
    return store.lastIndex();
  }

  /** Position behind the last entry that it holds. */
  public long position() {
    return store.position();
  }

  /** Whether this member leads, and has all that was committed before. */
  public boolean leading() {
    return sequencer.leading();
  }

  /**
   * Whether this member may have lost what it had: it is given it again, and neither votes nor
   * stands for election before it has it.
   */
  public boolean rebuilding() {
    return guard.closed();
  }

  // ---- appends ----

  @Override
  public CompletableFuture<LogBackend.Grant> open(String owner, long resume) {
    CompletableFuture<Long> done = new CompletableFuture<>();
    try {
      long epoch;
      if (resume == 0) {
        epoch = sequencer.own(owner, done);
      } else if (sequencer.leading() && resume != sequencer.epoch()) {
        throw new ExpiredException(
            "the log has a later owner, of epoch "
                + sequencer.epoch()
                + ": "
                + machine.ownerName());
      } else {
        long keep = machine.trimPosition(); // says nothing new, and is behind all that was given
        epoch =
            sequencer.take(position -> Command.trim(position, keep), done) == Sequencer.Taken.YES
                ? resume
                : 0;
      }
      if (epoch == 0) {
        throw sequencer.leading()
            ? new BusyException("the log takes nothing now: " + status.reason())
            : new NotLeaderException(leader());
      }
      stored();
      return done.thenApply(end -> new LogBackend.Grant(epoch, first(), end));
    } catch (IOException e) {
      trouble(e);
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public CompletableFuture<Long> append(long epoch, long position, byte[] batch, int length) {
    return backlog.add(epoch, position, batch, length);
  }

  /**
   * A batch of the owner in this process; false if it takes nothing now. Then the listeners are
   * told what is committed once more when it may be given again.
   */
  boolean submit(long epoch, long position, byte[] batch, int length) throws ExpiredException {
    try {
      Sequencer.Taken taken = sequencer.append(epoch, position, batch, length, null);
      if (taken == Sequencer.Taken.YES) {
        taken();
        stored();
      } else if (taken == Sequencer.Taken.NOT_NOW) {
        tellLater();
      }
      return taken == Sequencer.Taken.YES;
    } catch (ExpiredException e) {
      throw e;
    } catch (PositionException e) {
      return false; // it is told where to go on when this member leads again
    } catch (IOException e) {
      trouble(e);
      tellLater();
      return false;
    }
  }

  /** Too much is under way; nothing is wrong with the disk. */
  private static final class BusyException extends IOException {
    private static final long serialVersionUID = 1;

    BusyException(String message) {
      super(message);
    }
  }

  /** As the only voter: then it is written too. */
  private void taken() {
    if (sequencer.sole()) {
      status.disk(null);
    }
  }

  private void tellLater() {
    if (retold.compareAndSet(false, true)) {
      housekeeping.later(
          () -> {
            retold.set(false);
            tellCommitted();
          },
          RETRY_MILLIS);
    }
  }

  private void trouble(IOException e) {
    if (!(e instanceof NotLeaderException)
        && !(e instanceof BusyException)
        && !(e instanceof ExpiredException)
        && !(e instanceof PositionException)) {
      status.space(store.usable());
      status.disk(e);
    }
  }

  // ---- what is committed ----

  /** As the only voter, unsynced: what was written is committed. The engine is woken after that. */
  void stored() {
    try {
      if (!config.store().sync() && sequencer.sole()) {
        durable();
      }
    } finally {
      sequencer.pass();
    }
    status.space(store.usable());
  }

  void durable() {
    if (sequencer.sole()) {
      sequencer.stored();
      tellCommitted();
    }
  }

  private void tellCommitted() {
    long position = committed();
    for (MemberListener listener : listeners) {
      listener.committed(position);
    }
  }

  @Override
  public long committed() {
    return sequencer.sole()
        ? store.durablePosition()
        : Math.min(machine.position(), store.position());
  }

  @Override
  public long first() {
    return store.firstPosition();
  }

  @Override
  public LogReader reader(long position) throws IOException {
    long first = first();
    if (position < first) {
      throw new LogTrimmedException(position, first);
    }
    return store.reader(position, this::committed);
  }

  @Override
  public CompletableFuture<Void> trim(long epoch, long position) {
    if (position <= machine.trimPosition()) {
      return CompletableFuture.completedFuture(null);
    }
    CompletableFuture<Long> done = new CompletableFuture<>();
    try {
      if (epoch != sequencer.epoch()) {
        throw new ExpiredException("the log has another owner");
      }
      long keep = Math.min(position, committed());
      if (sequencer.take(at -> Command.trim(at, keep), done) != Sequencer.Taken.YES) {
        throw new NotLeaderException(leader());
      }
      stored();
      return done.thenApply(_ -> null);
    } catch (IOException e) {
      trouble(e);
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public Streams streams() {
    return machine.streams();
  }

  @Override
  public LogStatistics statistics() {
    return new LogStatistics(
        machine.bytes(),
        machine.records(),
        times.percentileMicros(0.50),
        times.percentileMicros(0.99),
        members());
  }

  /** As the engine knows them, which does not know whether this one is rebuilt. */
  private List<LogStatistics.Member> members() {
    List<LogStatistics.Member> members = new ArrayList<>(engine.members());
    if (rebuilding()) {
      LogStatistics.Member own = members.getFirst();
      members.set(0, new LogStatistics.Member(own.id(), own.address(), "rebuilding", own.lag()));
    }
    return members;
  }

  @Override
  public Log.Status status() {
    return status.status();
  }

  @Override
  public String reason() {
    return status.reason();
  }

  @Override
  public String leader() {
    return leading() ? engine.address() : leader;
  }

  private final class FromBacklog implements Backlog.Host {
    @Override
    public String leader() {
      return Member.this.leader();
    }

    @Override
    public void trouble(IOException e) {
      Member.this.trouble(e);
    }

    @Override
    public void taken() {
      Member.this.taken();
    }

    @Override
    public void stored() {
      Member.this.stored();
    }

    @Override
    public void later(Runnable what, long millis) {
      if (!closed) {
        housekeeping.later(what, millis);
      }
    }
  }

  // ---- from the engine ----

  private final class FromStorage implements RaftStorage.StorageEvents {
    @Override
    public void wrote() {
      status.space(store.usable());
      if (!sequencer.sole()) {
        if (status.diskFails() && sequencer.takesRecords()) {
          status.disk(null); // a trim that was written shows nothing: it has room of its own
        }
        tellCommitted();
      }
    }

    @Override
    public void disk(@Nullable IOException error) {
      status.space(store.usable());
      status.disk(error);
    }

    @Override
    public void broken(IOException error) {
      Member.this.broken(error);
    }
  }

  /** Whether there are others that can give back what this member lost. */
  boolean several() {
    return folder.several() || (assembled.getCount() == 0 && engine.configured().size() > 1);
  }

  /** So that it is known at the next start, whatever is left of the log then. */
  void noteMembers() throws IOException {
    Set<String> members = membership.present();
    members.addAll(storage.configured());
    folder.members(List.copyOf(members));
  }

  void broken(IOException error) {
    status.broken(String.valueOf(error.getMessage()));
    if (error instanceof LogCorruptException && several()) {
      folder.markDamaged(error.getMessage());
      damaged.complete(error.getMessage());
    }
  }

  private final class FromMachine implements LogMachine.MachineEvents {
    @Override
    public void applied(@Nullable Closure done) {
      if (done != null) {
        sequencer.applied(done);
        lastApplied = done;
      }
    }

    @Override
    public long reached() {
      awaitAssembled();
      return engine.node().getLastAppliedLogIndex();
    }

    @Override
    public void advanced() {
      lookAtGuard();
      Closure last = lastApplied;
      if (last != null) {
        lastApplied = null;
        sequencer.committed(last);
      }
      tellCommitted();
      backlog.drainIfAny();
    }

    @Override
    public void leads(long term) {
      awaitAssembled();
      // Right after a change that left this member alone, the engine has an entry more than the
      // store.
      boolean sole = engine.soleVoter() && engine.node().getLastLogIndex() == store.lastIndex();
      sequencer.leads(term, sole, machine.position(), machine.ownerEpoch());
      leader = engine.address();
      status.leader(true);
      LOG.info("leads the log in term {} from position {}", term, machine.position());
      for (MemberListener listener : listeners) {
        listener.leads(machine.position(), machine.ownerEpoch());
      }
      backlog.drain();
    }

    @Override
    public void follows() {
      sequencer
          .follows()
          .forEach(done -> done.completeExceptionally(new NotLeaderException(leader)));
      leader = "";
      if (!closed) {
        status.leader(false);
        LOG.warn("does not lead the log any more");
        for (MemberListener listener : listeners) {
          listener.follows();
        }
      }
      backlog.drain();
    }

    @Override
    public void leader(String address) {
      leader = address;
      if (!closed) {
        status.leader(!address.isEmpty());
      }
    }

    @Override
    public void owner(long epoch, String name) {
      for (MemberListener listener : listeners) {
        listener.owner(epoch, name);
      }
    }

    @Override
    public void configured(Configuration configuration) {
      LOG.info("members of the log: {}", configuration);
    }

    @Override
    public void snapshotDue() {
      checkpoint();
    }

    @Override
    public void failed(String reason) {
      status.broken(reason);
    }
  }

  /** Makes a snapshot soon, unless one is being made. */
  private void checkpoint() {
    if (snapshotting.compareAndSet(false, true)) {
      housekeeping.later(
          () -> {
            awaitAssembled();
            engine.snapshot(() -> snapshotting.set(false));
          },
          0);
    }
  }

  /**
   * Looks at the space that is left. While it is little, and what was trimmed still takes some of
   * it, a checkpoint is made: the engine gives free what is before the last but one.
   */
  void lookAtSpace() throws IOException {
    status.space(store.lookAtSpace());
    boolean droppable = status.tight() && machine.droppable();
    if (sequencer.leading() && !sequencer.behind() && (droppable || status.diskFails())) {
      writeSomething();
    }
    if (droppable) {
      checkpoint();
    }
  }

  /** One that never had a leader is told of none. */
  void lookAtLeader() {
    status.leader(!leader().isEmpty());
  }

  /**
   * An entry that says nothing new. It shows whether the disk takes something, and the engine makes
   * no checkpoint where it made the last.
   */
  private void writeSomething() {
    long keep = machine.trimPosition();
    try {
      if (sequencer.take(at -> Command.trim(at, keep), null) == Sequencer.Taken.YES) {
        taken();
        stored();
      }
    } catch (IOException e) {
      trouble(e);
    }
  }

  private void awaitAssembled() {
    try {
      assembled.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether a member that may have lost something has it again. */
  void lookAtGuard() {
    if (!guard.closed()) {
      return;
    }
    awaitAssembled();
    try {
      long index = Math.min(engine.node().getLastAppliedLogIndex(), store.durableIndex());
      if (guard.reached(index, Math.max(store.term(index), machine.appliedTerm()))) {
        folder.rebuilt();
      }
    } catch (IOException e) {
      LOG.warn("cannot tell whether this member is rebuilt: {}", e.getMessage());
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    storage.stop();
    housekeeping.close();
    engine.close();
    if (transport != null) {
      transport.close();
    }
    folder.close();
  }
}
