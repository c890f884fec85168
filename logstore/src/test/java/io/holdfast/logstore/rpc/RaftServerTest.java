package io.holdfast.logstore.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.alipay.sofa.jraft.error.InvokeTimeoutException;
import com.alipay.sofa.jraft.error.RaftError;
import com.alipay.sofa.jraft.error.RemotingException;
import com.alipay.sofa.jraft.rpc.CliRequests;
import com.alipay.sofa.jraft.rpc.RpcContext;
import com.alipay.sofa.jraft.rpc.RpcProcessor;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequestHeader;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.ErrorResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.PingRequest;
import com.alipay.sofa.jraft.rpc.impl.PingRequestProcessor;
import com.alipay.sofa.jraft.util.Endpoint;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What JRaft relies on, without JRaft's node. */
@Timeout(60)
class RaftServerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int LONG = 20_000;

  @TempDir Path folder;
  private Authority authority;
  private Transport transport;
  private RaftServer server;
  private Endpoint endpoint;
  private final List<Transport> others = new ArrayList<>();
  private final Appends appends = new Appends();
  private final List<String> closed = new CopyOnWriteArrayList<>();

  @BeforeEach
  void start() throws Exception {
    authority = new Authority(folder, "one");
    transport = new Transport(authority.member("server"), Authority.friendly());
    transport.listen("127.0.0.1", 0);
    endpoint = new Endpoint("localhost", transport.port());
    server =
        new RaftServer(transport, endpoint) {
          @Override
          protected void admit(PeerIdentity peer, Message request) throws RefusedException {
            if (request instanceof AppendEntriesRequest append
                && append.getServerId().equals("nobody")) {
              throw new RefusedException("nobody is no member");
            }
          }
        };
    server.registerProcessor(appends);
    server.registerProcessor(new PingRequestProcessor(null));
    server.registerConnectionClosedEventListener((address, connection) -> closed.add(address));
  }

  @AfterEach
  void stop() {
    others.forEach(Transport::close);
    transport.close();
    appends.executor.shutdownNow();
  }

  private RaftClient client(int connectMillis) throws Exception {
    Transport own = new Transport(authority.member("c" + others.size()), Authority.friendly());
    others.add(own);
    MemberOptions options = new MemberOptions(own);
    options.setRpcConnectTimeoutMs(connectMillis);
    RaftClient client = new RaftClient();
    client.init(options);
    return client;
  }

  private static AppendEntriesRequest append(String from, int number) {
    return AppendEntriesRequest.newBuilder()
        .setGroupId("g")
        .setServerId(from)
        .setPeerId("localhost:1")
        .setTerm(1)
        .setPrevLogIndex(number)
        .setPrevLogTerm(1)
        .setCommittedIndex(0)
        .setData(ByteString.copyFrom(new byte[100_000]))
        .build();
  }

  private static PingRequest ping() {
    return PingRequest.newBuilder().setSendTimestamp(1).build();
  }

  @Test
  void appendsOfOneConnectionRunInOrderOnTheSelectedExecutor() throws Exception {
    server.init(null);
    RaftClient client = client(LONG);
    client.invokeSync(endpoint, ping(), LONG);
    List<CompletableFuture<Object>> answers = new ArrayList<>();
    List<Long> asked = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      CompletableFuture<Object> answer = new CompletableFuture<>();
      client.invokeAsync(
          endpoint, append("a:1", i), (result, failure) -> answer.complete(result), LONG);
      answers.add(answer);
      asked.add((long) i);
      if (i % 50 == 0) { // or the outbox is full: that is another test
        answer.get();
      }
    }
    for (int i = 0; i < 300; i++) {
      assertThat(((AppendEntriesResponse) answers.get(i).get()).getLastLogIndex()).isEqualTo(i);
    }
    assertThat(appends.handled).isEqualTo(asked);
    assertThat(appends.selectedFor).containsOnly("g a:1");
  }

  @Test
  void theEndOfAnOldConnectionIsNotToldWhenANewOneAppendsForTheSamePeers() throws Exception {
    server.init(null);
    RaftClient old = client(LONG);
    RaftClient successor = client(LONG);
    RaftClient another = client(LONG);
    old.invokeSync(endpoint, append("a:1", 1), LONG);
    another.invokeSync(endpoint, append("b:1", 1), LONG);
    successor.invokeSync(endpoint, append("a:1", 2), LONG);
    old.shutdown();
    await().atMost(PATIENCE).until(() -> transport.acceptor().links().size() == 2);
    another.shutdown();
    await().atMost(PATIENCE).until(() -> closed.size() == 1);
    successor.shutdown();
    await().atMost(PATIENCE).until(() -> closed.size() == 2);
    assertThat(transport.acceptor().links()).isEmpty();
  }

  @Test
  void theEndOfAConnectionIsToldWhenItsAppendsAreHandledAndHoldsUpNobodyBefore() throws Exception {
    server.init(null);
    RaftClient leader = client(LONG);
    RaftClient other = client(LONG);
    other.invokeSync(endpoint, ping(), LONG);
    CountDownLatch handling = new CountDownLatch(1);
    appends.gate = handling;
    leader.invokeAsync(endpoint, append("a:1", 1), (result, failure) -> {}, LONG);
    leader.invokeAsync(endpoint, append("a:1", 2), (result, failure) -> {}, LONG);
    await().atMost(PATIENCE).until(() -> appends.began.get() == 1);
    leader.shutdown();
    await().atMost(PATIENCE).until(() -> transport.acceptor().links().size() == 1);
    // JRaft waits for what runs while it drops a context, with a lock that the others need.
    for (int i = 0; i < 100; i++) {
      other.invokeSync(endpoint, ping(), LONG);
    }
    assertThat(closed).isEmpty();
    handling.countDown();
    await().atMost(PATIENCE).until(() -> closed.size() == 1);
    assertThat(appends.handled).containsExactly(1L, 2L);
  }

  @Test
  void aRequestThatIsNotAdmittedEndsTheConnection() throws Exception {
    server.init(null);
    try (RefusalLog log = new RefusalLog()) {
      RaftClient client = client(LONG);
      assertThatThrownBy(() -> client.invokeSync(endpoint, append("nobody", 1), LONG))
          .isInstanceOf(RemotingException.class);
      assertThat(log.awaitOne("127.0.0.1").getFirst()).contains("nobody is no member");
      assertThat(appends.handled).isEmpty();
    }
  }

  @Test
  void aConnectionAppendsInOneNameOnly() throws Exception {
    server.init(null);
    try (RefusalLog log = new RefusalLog()) {
      RaftClient client = client(LONG);
      client.invokeSync(endpoint, append("a:1", 1), LONG);
      client.invokeSync(endpoint, append("a:1", 2), LONG);
      assertThatThrownBy(() -> client.invokeSync(endpoint, append("a:2", 3), LONG))
          .isInstanceOf(RemotingException.class);
      assertThat(log.awaitOne("127.0.0.1").getFirst())
          .contains("appends \"g localhost:1 a:2\" after \"g localhost:1 a:1\"");
      assertThat(appends.handled).containsExactly(1L, 2L);
      assertThat(appends.selectedFor).containsOnly("g a:1");
      // What was kept for the first name goes with the connection: another one may have any.
      await().atMost(PATIENCE).until(() -> closed.size() == 1);
      client(LONG).invokeSync(endpoint, append("a:2", 4), LONG);
      assertThat(appends.handled).containsExactly(1L, 2L, 4L);
    }
  }

  @Test
  void theEndOfAConnectionIsToldAlsoWhenAllWorkersAreBusy() throws Exception {
    server.init(null);
    RaftClient leader = client(LONG);
    leader.invokeSync(endpoint, append("a:1", 1), LONG);
    CountDownLatch busy = new CountDownLatch(1);
    try {
      occupyAllWorkers(busy);
      leader.shutdown();
      await().atMost(PATIENCE).until(() -> closed.size() == 1);
      assertThat(busy.getCount()).isEqualTo(1);
    } finally {
      busy.countDown();
    }
  }

  private void occupyAllWorkers(CountDownLatch until) {
    assertThatThrownBy(
            () -> {
              while (true) {
                transport.workers().execute(() -> awaitQuietly(until));
              }
            })
        .isInstanceOf(RejectedExecutionException.class);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aServerThatIsNotStartedSaysSo() throws Exception {
    RaftClient client = client(LONG);
    ErrorResponse early = (ErrorResponse) client.invokeSync(endpoint, ping(), LONG);
    assertThat(early.getErrorCode()).isEqualTo(RaftError.EHOSTDOWN.getNumber());
    server.init(null);
    assertThat(((ErrorResponse) client.invokeSync(endpoint, ping(), LONG)).getErrorCode()).isZero();
    server.shutdown();
    ErrorResponse late = (ErrorResponse) client.invokeSync(endpoint, ping(), LONG);
    assertThat(late.getErrorCode()).isEqualTo(RaftError.EHOSTDOWN.getNumber());
  }

  @Test
  void aProcessorThatFailsIsAnsweredForAndARequestWithoutOneToo() throws Exception {
    server.init(null);
    RaftClient client = client(LONG);
    appends.failing = true;
    ErrorResponse failed = (ErrorResponse) client.invokeSync(endpoint, append("a:1", 1), LONG);
    assertThat(failed.getErrorCode()).isEqualTo(RaftError.EINTERNAL.getNumber());
  }

  @Test
  void aRequestWithoutAnAnswerEndsInTime() throws Exception {
    server.init(null);
    RaftClient client = client(LONG);
    client.invokeSync(endpoint, ping(), LONG);
    appends.silent = true;
    assertThatThrownBy(() -> client.invokeSync(endpoint, append("a:1", 1), 50))
        .isInstanceOf(InvokeTimeoutException.class);
    client.invokeSync(endpoint, ping(), LONG);
  }

  @Test
  void sendsNothingThatIsNotOnTheList() throws Exception {
    RaftClient client = client(LONG);
    Message admin =
        CliRequests.GetLeaderRequest.newBuilder().setGroupId("g").setPeerId("a:1").build();
    assertThatThrownBy(() -> client.invokeSync(endpoint, admin, LONG))
        .isInstanceOf(RemotingException.class)
        .hasMessageContaining("may not be sent");
  }

  @Test
  void aMissingConnectionIsMadeWithoutWaitingForIt() throws Exception {
    server.init(null);
    RaftClient client = client(LONG);
    assertThat(client.checkConnection(endpoint)).isFalse();
    assertThat(client.checkConnection(endpoint, true)).isFalse();
    await().atMost(PATIENCE).until(() -> client.checkConnection(endpoint));
    client.closeConnection(endpoint);
    assertThat(client.checkConnection(endpoint)).isFalse();
    client.invokeSync(endpoint, ping(), LONG); // dials anew
  }

  @Test
  void aPeerThatDoesNotAnswerTheDialIsWaitedForOnce() throws Exception {
    try (ServerSocket mute = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
      Endpoint dead = new Endpoint("localhost", mute.getLocalPort());
      RaftClient client = client(100);
      // Were each call to wait its connect timeout, these would take minutes.
      for (int i = 0; i < 2_000; i++) {
        assertThatThrownBy(() -> client.invokeSync(dead, ping(), LONG))
            .hasMessageContaining("no connection yet");
      }
    }
  }

  @Test
  void aMemberThatIsAloneReachesNobody() {
    RaftClient client = new RaftClient();
    client.init(new MemberOptions(null));
    assertThat(client.checkConnection(endpoint, true)).isFalse();
    assertThatThrownBy(() -> client.invokeSync(endpoint, ping(), LONG))
        .isInstanceOf(RemotingException.class);
  }

  /** Answers with the number it was asked with. */
  private static final class Appends implements RpcProcessor<AppendEntriesRequest> {
    final ExecutorService executor = Executors.newSingleThreadExecutor();
    final List<Long> handled = new CopyOnWriteArrayList<>();
    final List<String> selectedFor = new CopyOnWriteArrayList<>();
    final AtomicInteger began = new AtomicInteger();
    volatile boolean failing;
    volatile boolean silent;
    volatile CountDownLatch gate = new CountDownLatch(0);

    @Override
    public void handleRequest(RpcContext context, AppendEntriesRequest request) {
      began.incrementAndGet();
      awaitQuietly(gate);
      if (failing) {
        throw new IllegalStateException("a defect");
      }
      if (silent) {
        return;
      }
      handled.add(request.getPrevLogIndex());
      context.sendResponse(
          AppendEntriesResponse.newBuilder()
              .setTerm(1)
              .setSuccess(true)
              .setLastLogIndex(request.getPrevLogIndex())
              .build());
    }

    @Override
    public String interest() {
      return AppendEntriesRequest.class.getName();
    }

    @Override
    public Executor executor() {
      throw new IllegalStateException("the selector is asked first");
    }

    @Override
    public ExecutorSelector executorSelector() {
      return (name, header) -> {
        AppendEntriesRequestHeader of = (AppendEntriesRequestHeader) header;
        selectedFor.add(of.getGroupId() + ' ' + of.getServerId());
        return executor;
      };
    }
  }
}
