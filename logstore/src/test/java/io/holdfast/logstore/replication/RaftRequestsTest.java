package io.holdfast.logstore.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.alipay.sofa.jraft.entity.RaftOutter.SnapshotMeta;
import com.alipay.sofa.jraft.error.RemotingException;
import com.alipay.sofa.jraft.rpc.RpcClient;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.InstallSnapshotRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.PingRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.RequestVoteRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.TimeoutNowRequest;
import com.alipay.sofa.jraft.util.Endpoint;
import com.google.protobuf.Message;
import io.holdfast.logstore.rpc.MemberOptions;
import io.holdfast.logstore.rpc.NettyRaftRpcFactory;
import io.holdfast.logstore.rpc.RefusalLog;
import io.holdfast.logstore.rpc.Transport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BiFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a peer with a good certificate, that says it is a member, may ask the member a. */
@Timeout(120)
final class RaftRequestsTest {
  private static final int LONG = 20_000;
  private static final String GROUP = "holdfast-log";
  private static final String PEER = "127.0.0.1:9";

  @TempDir Path folder;
  private Trio trio;
  private Transport transport;
  private RpcClient client;
  private RefusalLog refusals;

  /** Each kind of request that names who it is for. */
  private enum Kind {
    APPEND(RaftRequestsTest::append),
    VOTE(RaftRequestsTest::vote),
    SNAPSHOT(RaftRequestsTest::snapshot),
    STAND(RaftRequestsTest::stand);

    private final BiFunction<String, String, Message> request;

    Kind(BiFunction<String, String, Message> request) {
      this.request = request;
    }
  }

  @BeforeEach
  void start() throws Exception {
    trio = new Trio(folder, false, "a").startAll();
    assertThat(trio.leader()).isEqualTo("a");
    Identity identity = Identity.begin(Files.createDirectories(folder.resolve("peer")), "peer");
    identity.state(Identity.State.MEMBER);
    VoteGuard guard = new VoteGuard(true);
    transport =
        new Transport(
            trio.certified("peer"), new MemberHello(identity, List.of(), guard, () -> 1, () -> 1));
    MemberOptions options = new MemberOptions(transport);
    options.setRpcConnectTimeoutMs(LONG);
    client = new NettyRaftRpcFactory().createRpcClient(null);
    client.init(options);
    refusals = new RefusalLog();
  }

  @AfterEach
  void stop() {
    refusals.close();
    transport.close();
    trio.close();
  }

  private Object ask(Message request) throws Exception {
    return client.invokeSync(endpoint(), request, LONG);
  }

  private Endpoint endpoint() {
    return new Endpoint("127.0.0.1", trio.address("a").port());
  }

  private static Message append(String group, String to) {
    return AppendEntriesRequest.newBuilder()
        .setGroupId(group)
        .setServerId(PEER)
        .setPeerId(to)
        .setTerm(0)
        .setPrevLogIndex(0)
        .setPrevLogTerm(0)
        .setCommittedIndex(0)
        .build();
  }

  private static Message vote(String group, String to) {
    return RequestVoteRequest.newBuilder()
        .setGroupId(group)
        .setServerId(PEER)
        .setPeerId(to)
        .setTerm(0)
        .setLastLogTerm(0)
        .setLastLogIndex(0)
        .setPreVote(true)
        .build();
  }

  private static Message snapshot(String group, String to) {
    return InstallSnapshotRequest.newBuilder()
        .setGroupId(group)
        .setServerId(PEER)
        .setPeerId(to)
        .setTerm(0)
        .setUri("remote://127.0.0.1:9/1")
        .setMeta(SnapshotMeta.newBuilder().setLastIncludedIndex(1).setLastIncludedTerm(1))
        .build();
  }

  private static Message stand(String group, String to) {
    return TimeoutNowRequest.newBuilder()
        .setGroupId(group)
        .setServerId(PEER)
        .setPeerId(to)
        .setTerm(0)
        .build();
  }

  private void isRefused(Message request, String words) throws Exception {
    ask(PingRequest.newBuilder().setSendTimestamp(1).build()); // there is a connection
    assertThatThrownBy(() -> ask(request)).isInstanceOf(RemotingException.class);
    await().atMost(Duration.ofSeconds(20)).until(() -> !refusals.with(words).isEmpty());
    assertThat(refusals.with("asks for what it may not")).hasSize(1);
    assertThat(trio.member("a").leading()).isTrue();
  }

  @Test
  void whatIsForThisMemberIsAnswered() throws Exception {
    Object answer = ask(append(GROUP, trio.hostPort("a")));
    assertThat(answer).isInstanceOf(AppendEntriesResponse.class); // of an older term, so refused
    assertThat(((AppendEntriesResponse) answer).getSuccess()).isFalse();
    assertThat(refusals.with("127.0.0.1")).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void whatIsForAnotherGroupEndsTheConnection(Kind kind) throws Exception {
    isRefused(
        kind.request.apply("invented", trio.hostPort("a")), "of the group invented, and this is");
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void whatIsForAnotherMemberEndsTheConnection(Kind kind) throws Exception {
    // The engine takes it for the same member, and keeps something for each such spelling.
    String invented = trio.hostPort("a") + "::77";
    isRefused(kind.request.apply(GROUP, invented), "a request for " + invented);
  }
}
