package io.holdfast.logstore.replication;

import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.rpc.RpcContext;
import com.alipay.sofa.jraft.rpc.RpcProcessor;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.GetFileRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.InstallSnapshotRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.RequestVoteRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.RequestVoteResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.TimeoutNowRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.TimeoutNowResponse;
import com.alipay.sofa.jraft.rpc.RpcServer;
import com.alipay.sofa.jraft.rpc.impl.PingRequestProcessor;
import com.alipay.sofa.jraft.rpc.impl.core.AppendEntriesRequestProcessor;
import com.alipay.sofa.jraft.rpc.impl.core.GetFileRequestProcessor;
import com.alipay.sofa.jraft.rpc.impl.core.InstallSnapshotRequestProcessor;
import com.alipay.sofa.jraft.rpc.impl.core.RequestVoteRequestProcessor;
import com.alipay.sofa.jraft.rpc.impl.core.TimeoutNowRequestProcessor;
import com.google.protobuf.Message;
import io.holdfast.logstore.rpc.PeerIdentity;
import io.holdfast.logstore.rpc.RaftServer;
import io.holdfast.logstore.rpc.RefusedException;
import io.holdfast.logstore.rpc.Transport;
import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The requests of other members that this one answers: Raft's own, and none of the engine's CLI.
 * What is not meant for it, or asked in the name of somebody else, ends the connection before the
 * engine sees it: the engine keeps something for each name that it is called by.
 */
final class RaftRequests {
  private RaftRequests() {}

  /**
   * A server that listens, and answers as soon as there is a node.
   *
   * @param group the only one that requests may be for
   * @param self the only member that they may be addressed to
   * @param served run whenever a member asks for a piece of a snapshot
   */
  static RpcServer serve(
      Transport transport,
      String group,
      PeerId self,
      VoteGuard guard,
      Predicate<PeerIdentity> members,
      Runnable served)
      throws IOException {
    String own =
        self.getEndpoint().toString(); // the engine may give self a priority, the others do not
    RpcServer server =
        new RaftServer(transport, self.getEndpoint()) {
          @Override
          protected void admit(PeerIdentity peer, Message request) throws RefusedException {
            if (!members.test(peer)) {
              throw new RefusedException("a request of Raft from who is no member");
            }
            Header header = header(request);
            if (header != null && !(header.group.equals(group) && header.addressed.equals(own))) {
              throw new RefusedException(
                  "a request for %s of the group %s, and this is %s of %s"
                      .formatted(header.addressed, header.group, own, group));
            }
            if (header != null && !peer.carries(host(header.sender))) {
              throw new RefusedException("a request in the name of " + header.sender);
            }
            if (request instanceof GetFileRequest) {
              served.run();
            }
          }
        };
    AppendEntriesRequestProcessor append = new AppendEntriesRequestProcessor(null);
    server.registerConnectionClosedEventListener(append);
    server.registerProcessor(append);
    server.registerProcessor(new GetFileRequestProcessor(null));
    server.registerProcessor(new InstallSnapshotRequestProcessor(null));
    server.registerProcessor(
        new Guarded<>(
            new RequestVoteRequestProcessor(null),
            vote -> guard.mayVote(vote.getTerm()),
            RequestVoteResponse.newBuilder().setTerm(0).setGranted(false).build()));
    server.registerProcessor(new PingRequestProcessor(null));
    server.registerProcessor(
        new Guarded<>(
            new TimeoutNowRequestProcessor(null),
            _ -> guard.mayStand(),
            TimeoutNowResponse.newBuilder().setTerm(0).setSuccess(false).build()));
    if (!server.init(null)) {
      throw new IOException("cannot listen at " + self.getEndpoint());
    }
    return server;
  }

  /** Whom a request is for, and in whose name it is made; members as host:port. */
  private record Header(String group, String addressed, String sender) {}

  /** Null where a request names nobody: a ping, or for a piece of a snapshot by its number. */
  private static @Nullable Header header(Message request) {
    return switch (request) {
      case AppendEntriesRequest append ->
          new Header(append.getGroupId(), append.getPeerId(), append.getServerId());
      case RequestVoteRequest vote ->
          new Header(vote.getGroupId(), vote.getPeerId(), vote.getServerId());
      case InstallSnapshotRequest install ->
          new Header(install.getGroupId(), install.getPeerId(), install.getServerId());
      case TimeoutNowRequest now ->
          new Header(now.getGroupId(), now.getPeerId(), now.getServerId());
      default -> null;
    };
  }

  private static String host(String peer) {
    PeerId id = new PeerId();
    String host = id.parse(peer) ? id.getIp() : "";
    return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
  }

  /**
   * Asks the guard before the node: one that may have lost what it promised does not vote, and none
   * stands that never leads, also not when a leader that ends asks the follower that has most.
   *
   * @param may whether the node is asked
   * @param refusal the answer if not
   */
  private record Guarded<T extends Message>(RpcProcessor<T> node, Predicate<T> may, Message refusal)
      implements RpcProcessor<T> {
    @Override
    public void handleRequest(RpcContext context, T request) {
      if (may.test(request)) {
        node.handleRequest(context, request);
      } else {
        context.sendResponse(refusal);
      }
    }

    @Override
    public String interest() {
      return node.interest();
    }

    @Override
    public @Nullable Executor executor() {
      return node.executor();
    }

    @Override
    public RpcProcessor.@Nullable ExecutorSelector executorSelector() {
      return node.executorSelector();
    }
  }
}
