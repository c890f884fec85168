package io.holdfast.logstore.rpc;

import static org.awaitility.Awaitility.await;

import com.alipay.sofa.jraft.Iterator;
import com.alipay.sofa.jraft.JRaftUtils;
import com.alipay.sofa.jraft.Node;
import com.alipay.sofa.jraft.RaftGroupService;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.core.DefaultJRaftServiceFactory;
import com.alipay.sofa.jraft.core.StateMachineAdapter;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.entity.Task;
import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.rpc.RaftRpcServerFactory;
import com.alipay.sofa.jraft.storage.LogStorage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** JRaft nodes of one group in this process, each with a transport of its own over loopback. */
final class Group implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String NAME = "test";

  private final Path folder;
  private final Authority authority;
  private final Consumer<MemberOptions> with;
  private final Configuration configuration = new Configuration();
  private final List<Member> members = new ArrayList<>();

  Group(Path folder, int size) throws Exception {
    this(folder, size, options -> {});
  }

  Group(Path folder, int size, Consumer<MemberOptions> with) throws Exception {
    this.folder = folder;
    this.with = with;
    this.authority = new Authority(folder, "group");
    for (int port : freePorts(size)) {
      configuration.addPeer(new PeerId("localhost", port));
      members.add(new Member(port));
    }
    for (Member each : members) {
      each.start();
    }
  }

  Authority authority() {
    return authority;
  }

  List<Member> members() {
    return members;
  }

  Member leader() {
    return await()
        .atMost(PATIENCE)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(5))
        .until(
            () -> members.stream().filter(Member::leads).findFirst().orElse(null),
            Objects::nonNull);
  }

  /** Appends through whoever leads; what fails is tried again, for it was not applied. */
  void append(String text) {
    appendAll(List.of(text));
  }

  /** All at once, in order, as long as one leader lasts; the rest again with the next. */
  void appendAll(List<String> texts) {
    List<String> left = new ArrayList<>(texts);
    while (!left.isEmpty()) {
      Member leader = leader();
      List<CompletableFuture<Status>> open = left.stream().map(leader::apply).toList();
      List<String> failed = new ArrayList<>();
      for (int i = 0; i < left.size(); i++) {
        if (!open.get(i).join().isOk()) {
          failed.add(left.get(i));
        }
      }
      left = failed;
    }
  }

  void awaitApplied(List<String> texts) {
    for (Member each : members) {
      if (each.runs()) {
        await().atMost(PATIENCE).until(() -> each.applied.containsAll(texts));
      }
    }
  }

  @Override
  public void close() {
    members.forEach(Member::stop);
  }

  static List<Integer> freePorts(int count) throws IOException {
    List<ServerSocket> held = new ArrayList<>();
    List<Integer> ports = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        held.add(socket);
        ports.add(socket.getLocalPort());
      }
    } finally {
      for (ServerSocket each : held) {
        each.close();
      }
    }
    return ports;
  }

  /** One node. */
  final class Member {
    private final int port;
    private final MemoryLogStorage storage = new MemoryLogStorage();
    final List<String> applied = new CopyOnWriteArrayList<>();
    private @Nullable Transport transport;
    private @Nullable RaftGroupService service;
    private @Nullable Node node;

    Member(int port) {
      this.port = port;
    }

    int port() {
      return port;
    }

    Transport transport() {
      return Objects.requireNonNull(transport);
    }

    void start() throws Exception {
      Transport made = new Transport(authority.member("m" + port), Authority.friendly());
      transport = made;
      MemberOptions options = new MemberOptions(made);
      options.setServiceFactory(
          new DefaultJRaftServiceFactory() {
            @Override
            public LogStorage createLogStorage(String uri, RaftOptions raftOptions) {
              return storage;
            }
          });
      options.setLogUri("memory");
      options.setRaftMetaUri(folder.resolve("meta" + port).toString());
      options.setInitialConf(configuration.copy());
      options.setElectionTimeoutMs(300);
      options.setRpcConnectTimeoutMs(100);
      options.getRaftOptions().setMaxElectionDelayMs(150);
      options.setSharedElectionTimer(true);
      options.setSharedVoteTimer(true);
      options.setSharedStepDownTimer(true);
      options.setSharedSnapshotTimer(true);
      options.setFsm(
          new StateMachineAdapter() {
            @Override
            public void onApply(Iterator iterator) {
              while (iterator.hasNext()) {
                applied.add(
                    StandardCharsets.UTF_8.decode(iterator.getData().duplicate()).toString());
                if (iterator.done() != null) {
                  iterator.done().run(Status.OK());
                }
                iterator.next();
              }
            }
          });
      with.accept(options);
      PeerId id = new PeerId("localhost", port);
      RaftServer server = new RaftServer(made, id.getEndpoint());
      RaftRpcServerFactory.addRaftRequestProcessors(
          server, JRaftUtils.createExecutor("raft-", 4), JRaftUtils.createExecutor("cli-", 1));
      service = new RaftGroupService(NAME, id, options, server);
      node = service.start();
    }

    void stop() {
      if (service != null) {
        service.shutdown();
        try {
          service.join();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
        transport().close();
        service = null;
        node = null;
      }
    }

    boolean runs() {
      return node != null;
    }

    boolean leads() {
      Node now = node;
      return now != null && now.isLeader();
    }

    CompletableFuture<Status> apply(String text) {
      CompletableFuture<Status> done = new CompletableFuture<>();
      Node now = node;
      if (now == null) {
        done.complete(new Status(-1, "stopped"));
        return done;
      }
      now.apply(new Task(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), done::complete));
      return done;
    }
  }
}
