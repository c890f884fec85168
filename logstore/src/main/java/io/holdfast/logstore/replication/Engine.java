package io.holdfast.logstore.replication;

import com.alipay.sofa.jraft.JRaftServiceFactory;
import com.alipay.sofa.jraft.Node;
import com.alipay.sofa.jraft.NodeManager;
import com.alipay.sofa.jraft.ReplicatorGroup;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.core.ElectionPriority;
import com.alipay.sofa.jraft.core.NodeImpl;
import com.alipay.sofa.jraft.core.Replicator;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.entity.codec.LogEntryCodecFactory;
import com.alipay.sofa.jraft.entity.codec.v2.LogEntryV2CodecFactory;
import com.alipay.sofa.jraft.option.ApplyTaskMode;
import com.alipay.sofa.jraft.option.NodeOptions;
import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.rpc.RpcServer;
import com.alipay.sofa.jraft.storage.LogStorage;
import com.alipay.sofa.jraft.storage.RaftMetaStorage;
import com.alipay.sofa.jraft.storage.SnapshotStorage;
import com.alipay.sofa.jraft.storage.snapshot.local.LocalSnapshotStorage;
import com.alipay.sofa.jraft.util.ThreadId;
import io.holdfast.logstore.log.LogStatistics;
import io.holdfast.logstore.rpc.MemberAddress;
import io.holdfast.logstore.rpc.MemberOptions;
import io.holdfast.logstore.rpc.PeerIdentity;
import io.holdfast.logstore.rpc.RaftProperties;
import io.holdfast.logstore.rpc.Transport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The Raft node: SOFAJRaft with our storage, transport and settings. The only maker of one. */
final class Engine implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

  /** Name of the replicated log among its members. */
  private static final String GROUP = "holdfast-log";

  /** The member that has no address. */
  private static final String ALONE = "127.0.0.1:1";

  private static final int MOST_ELECTION_DELAY_MILLIS = 150;
  private static final int CONNECT_MILLIS = 100;
  private static final int REQUEST_MILLIS = 5_000;

  /** Requests under way to a follower. Heartbeats queue behind them: a deep queue costs leaders. */
  private static final int WINDOW = 8;

  private static final int CLOSE_SECONDS = 5;
  private static final AtomicInteger ALONES = new AtomicInteger();

  static {
    RaftProperties.set();
  }

  private final NodeImpl node;
  private final PeerId self;
  private final @Nullable RpcServer server;

  /** When a member last asked for a piece of a snapshot, in nanoseconds. */
  private final AtomicLong served;

  private final MetaStore meta;
  private final RaftStorage storage;
  private final MemberConfig config;

  /**
   * What connects a member with the others.
   *
   * @param transport null for a group of one without a network
   * @param guard of its votes
   * @param members who has shown that it is one
   * @param joining it begins without members, and is told who they are
   */
  record Network(
      @Nullable Transport transport,
      VoteGuard guard,
      Predicate<PeerIdentity> members,
      boolean joining) {}

  private Engine(
      MemberConfig config,
      NodeImpl node,
      PeerId self,
      Services parts,
      @Nullable RpcServer server,
      AtomicLong served) {
    this.served = served;
    this.config = config;
    this.storage = parts.log();
    this.meta = parts.meta();
    this.node = node;
    this.self = self;
    this.server = server;
  }

  /**
   * Starts the node. It may lead before this returns, and tell the machine so.
   *
   * @param early is given the node before it is started
   */
  static Engine start(
      MemberConfig config,
      RaftStorage storage,
      LogMachine machine,
      Network network,
      Consumer<Node> early)
      throws IOException {
    MemberAddress address = config.self();
    PeerId self = self(config);
    Configuration initial = initial(config, self);
    if (network.joining()) {
      initial = new Configuration();
    }
    Transport transport = network.transport();
    // A group of one that can be reached may grow: then its vote has to be synced.
    MetaStore meta = new MetaStore(metaIn(config.directory()), transport == null);
    NodeOptions options =
        options(
            config,
            transport == null
                ? new NodeOptions()
                : new MemberOptions(transport, network.guard()::mayStand));
    options.setInitialConf(initial);
    options.setFsm(machine);
    Services parts = new Services(storage, meta);
    options.setServiceFactory(parts);
    String group = address == null ? GROUP + '-' + ALONES.incrementAndGet() : GROUP;
    NodeManager.getInstance().addAddress(self.getEndpoint());
    AtomicLong served = new AtomicLong(System.nanoTime());
    RpcServer server =
        transport == null
            ? null
            : RaftRequests.serve(
                transport,
                group,
                self,
                network.guard(),
                network.members(),
                () -> served.set(System.nanoTime()));
    // Its own copy: it notes its priority in it, and then it is not written as the others name it.
    NodeImpl node = new NodeImpl(group, self.copy());
    early.accept(node);
    if (!node.init(options)) {
      node.shutdown();
      throw new IOException(
          "the member of the log in " + config.directory() + " does not start; see the log before");
    }
    return new Engine(config, node, self, parts, server, served);
  }

  /** The file of term and vote. */
  static Path metaIn(Path directory) {
    return directory.resolve("raft").resolve("meta");
  }

  private static NodeOptions options(MemberConfig config, NodeOptions options) {
    RaftOptions raft = new RaftOptions();
    raft.setDisruptorBufferSize(Member.QUEUE);
    raft.setSync(config.store().sync());
    raft.setSyncMeta(true);
    raft.setMaxBodySize(RaftProperties.PIECE_BYTES);
    raft.setMaxByteCountPerRpc(RaftProperties.PIECE_BYTES);
    raft.setMaxAppendBufferSize(RaftProperties.PIECE_BYTES);
    raft.setMaxElectionDelayMs(MOST_ELECTION_DELAY_MILLIS);
    raft.setMaxReplicatorInflightMsgs(WINDOW);
    options.setRaftOptions(raft);
    options.setLogUri("segments");
    options.setRaftMetaUri("meta");
    options.setSnapshotUri(config.directory().resolve("snapshot").toString());
    options.setSnapshotIntervalSecs(0);
    options.setElectionTimeoutMs(
        (int) config.electionTimeout().toMillis() + 100 - config.priority());
    options.setElectionPriority(
        config.priority() == 0 ? ElectionPriority.NotElected : ElectionPriority.Disabled);
    options.setRpcConnectTimeoutMs(CONNECT_MILLIS);
    options.setRpcDefaultTimeout(REQUEST_MILLIS);
    options.setRpcProcessorThreadPoolSize(4);
    options.setDisableCli(true);
    options.setRaftRpcThreadPoolSize(4);
    options.setCliRpcThreadPoolSize(1);
    options.setTimerPoolSize(1);
    options.setSharedTimerPool(true);
    options.setSharedElectionTimer(true);
    options.setSharedVoteTimer(true);
    options.setSharedStepDownTimer(true);
    options.setSharedSnapshotTimer(true);
    options.setApplyTaskMode(ApplyTaskMode.Blocking);
    return options;
  }

  private static Configuration initial(MemberConfig config, PeerId self) throws IOException {
    Configuration initial = new Configuration();
    for (MemberAddress member : config.members()) {
      initial.addPeer(peer(member));
    }
    if (config.members().isEmpty()) {
      initial.addPeer(self);
    }
    return initial;
  }

  private static PeerId self(MemberConfig config) throws IOException {
    MemberAddress address = config.self();
    return address == null ? peer(ALONE) : peer(address);
  }

  /** A member as the engine names it. */
  static PeerId peer(MemberAddress address) throws IOException {
    String host = address.host().contains(":") ? '[' + address.host() + ']' : address.host();
    return peer(host + ':' + address.port());
  }

  static PeerId peer(String hostPort) throws IOException {
    PeerId peer = new PeerId();
    if (!peer.parse(hostPort)) {
      throw new IOException("\"" + hostPort + "\" is no address of a member");
    }
    return peer;
  }

  Node node() {
    return node;
  }

  String address() {
    return self.getEndpoint().toString();
  }

  /**
   * Sees to it that there is a connection to each other member. The engine makes one when it needs
   * it, and does not wait: an election whose first votes have no way to go is lost.
   */
  void reachOthers() {
    Configuration now = node.getCurrentConf();
    if (now == null) {
      return;
    }
    for (PeerId peer : now.listPeers()) {
      if (!peer.equals(self)) {
        reach(peer);
      }
    }
  }

  /** Whether there is a connection to this member; if not, one is attempted. Does not wait. */
  boolean reach(PeerId peer) {
    return node.getRpcService().checkConnection(peer.getEndpoint(), true);
  }

  /** Whether this member alone decides what is committed. */
  boolean soleVoter() {
    // Not listPeers, which throws when the lead is lost before it is told to the state machine.
    Configuration now = node.getCurrentConf();
    return now != null && now.size() == 1 && now.contains(self);
  }

  /** The term that this member is in. */
  long term() {
    return meta.getTerm();
  }

  /** The members as this one knows them. */
  List<String> configured() {
    Configuration now = node.getCurrentConf();
    return now == null ? List.of() : now.listPeers().stream().map(PeerId::toString).toList();
  }

  /** The members, this one first; how far the others are behind is known to the leader only. */
  List<LogStatistics.Member> members() {
    List<LogStatistics.Member> members = new ArrayList<>();
    boolean leads = node.isLeader(false);
    List<PeerId> alive = leads ? node.listAlivePeers() : List.of();
    members.add(
        new LogStatistics.Member(
            id(self), address(), leads ? "leader" : "follower", leads ? ownLag() : -1));
    for (String other : configured()) {
      if (!other.equals(self.toString())) {
        PeerId peer = PeerId.parsePeer(other);
        String role = !leads ? "other" : alive.contains(peer) ? "follower" : "unreachable";
        members.add(new LogStatistics.Member(id(peer), other, role, leads ? lag(peer) : -1));
      }
    }
    return members;
  }

  private String id(PeerId peer) {
    for (MemberAddress member : config.members()) {
      if (peer.getPort() == member.port() && peer.getIp().equals(member.host())) {
        return member.id();
      }
    }
    return peer.toString();
  }

  /** With others who write, an entry can be committed before it is in the leader's own files. */
  private long ownLag() {
    return Math.max(0, node.getLastLogIndex() - storage.getLastLogIndex());
  }

  private long lag(PeerId peer) {
    long next = next(peer);
    return next < 0 ? -1 : Math.max(0, storage.getLastLogIndex() + 1 - next);
  }

  private @Nullable ReplicatorGroup replicators() {
    return node.getOptions() instanceof MemberOptions options ? options.replicators() : null;
  }

  private long next(PeerId peer) {
    ReplicatorGroup group = replicators();
    ThreadId replicator = group == null ? null : group.getReplicator(peer);
    return replicator == null ? -1 : Replicator.getNextIndexUnsafe(replicator);
  }

  /** The next index of each member that answers and lacks something; of none if we do not lead. */
  Map<PeerId, Long> behind() {
    Map<PeerId, Long> behind = new HashMap<>();
    if (node.isLeader(false)) {
      long last = storage.getLastLogIndex();
      for (PeerId peer : node.listAlivePeers()) {
        long next = next(peer);
        if (next >= 0 && next <= last) {
          behind.put(peer, next);
        }
      }
    }
    return behind;
  }

  /** When a member last asked for a piece of a snapshot, in nanoseconds. */
  long served() {
    return served.get();
  }

  /** Forgets how far replication to a member was, and finds it out anew. */
  void startOver(PeerId peer) {
    ReplicatorGroup group = replicators();
    ThreadId replicator = group == null ? null : group.getReplicator(peer);
    if (group == null || replicator == null) {
      return;
    }
    String was = String.valueOf(replicator.getData());
    if (node.isLeader() && group.stopReplicator(peer)) {
      // One that is begun when the lead is just lost is told so by the first answer.
      boolean begun = group.addReplicator(peer);
      LOG.warn(
          "replication to {} stood still ({}): {}",
          peer,
          was,
          begun ? "it begins anew" : "it will be begun anew");
    }
  }

  /** Makes a snapshot; runs {@code done} when it is made, or could not be. */
  void snapshot(Runnable done) {
    node.snapshot(
        status -> {
          if (status.isOk()) {
            sealSnapshot();
          } else {
            LOG.debug("no snapshot: {}", status.getErrorMsg());
          }
          done.run();
        });
  }

  private void sealSnapshot() {
    try {
      SnapshotSeal.sealNewest(config.directory().resolve("snapshot"));
    } catch (IOException e) {
      LOG.warn("a snapshot without a seal: {}", e.getMessage());
    }
  }

  @Override
  public void close() {
    CountDownLatch ended = new CountDownLatch(1);
    node.shutdown((Status _) -> ended.countDown());
    try {
      if (!ended.await(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("the engine of the log did not end within {} s", CLOSE_SECONDS);
      } else {
        node.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (server != null) {
      server.shutdown();
    }
    if (config.self() != null) {
      NodeManager.getInstance().removeAddress(self.getEndpoint());
    }
  }

  /** What the engine is made of. */
  private record Services(RaftStorage log, MetaStore meta) implements JRaftServiceFactory {
    @Override
    public LogStorage createLogStorage(String uri, RaftOptions options) {
      return log;
    }

    @Override
    public SnapshotStorage createSnapshotStorage(NodeOptions options) {
      return new LocalSnapshotStorage(
          options.getSnapshotUri(),
          Path.of(options.getSnapshotUri(), "temp").toString(),
          options.getRaftOptions());
    }

    @Override
    public RaftMetaStorage createRaftMetaStorage(String uri, RaftOptions options) {
      return meta;
    }

    @Override
    public LogEntryCodecFactory createLogEntryCodecFactory() {
      return LogEntryV2CodecFactory.getInstance();
    }
  }
}
