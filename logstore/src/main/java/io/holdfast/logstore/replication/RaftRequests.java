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
 */
final class RaftRequests {
  private RaftRequests() {}

  /**
   * A server that listens, and answers as soon as there is a node.
   *
   * @param served run whenever a member asks for a piece of a snapshot
   */
  static RpcServer serve(
      Transport transport,
      PeerId self,
      VoteGuard guard,
      Predicate<PeerIdentity> members,
      Runnable served)
      throws IOException {
    RpcServer server =
        new RaftServer(transport, self.getEndpoint()) {
          @Override
          protected void admit(PeerIdentity peer, Message request) throws RefusedException {
            if (!members.test(peer)) {
              throw new RefusedException("a request of Raft from who is no member");
            }
            String sender = sender(request);
            if (sender != null && !peer.carries(host(sender))) {
              throw new RefusedException("a request in the name of " + sender);
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
    server.registerProcessor(new Guarded(new RequestVoteRequestProcessor(null), guard));
    server.registerProcessor(new PingRequestProcessor(null));
    server.registerProcessor(new Standing(new TimeoutNowRequestProcessor(null), guard));
    if (!server.init(null)) {
      throw new IOException("cannot listen at " + self.getEndpoint());
    }
    return server;
  }

  /** In whose name a request is made; null where it names nobody. */
  private static @Nullable String sender(Message request) {
    return switch (request) {
      case AppendEntriesRequest append -> append.getServerId();
      case RequestVoteRequest vote -> vote.getServerId();
      case InstallSnapshotRequest install -> install.getServerId();
      case TimeoutNowRequest now -> now.getServerId();
      default -> null;
    };
  }

  private static String host(String peer) {
    PeerId id = new PeerId();
    String host = id.parse(peer) ? id.getIp() : "";
    return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
  }

  /**
   * A leader that ends asks the follower that has most to stand at once, whether that one ever
   * leads or not: asks the guard before the node.
   */
  private record Standing(TimeoutNowRequestProcessor node, VoteGuard guard)
      implements RpcProcessor<TimeoutNowRequest> {
    @Override
    public void handleRequest(RpcContext context, TimeoutNowRequest request) {
      if (guard.mayStand()) {
        node.handleRequest(context, request);
      } else {
        context.sendResponse(TimeoutNowResponse.newBuilder().setTerm(0).setSuccess(false).build());
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

  /** Asks the guard before the node is asked for its vote. */
  private record Guarded(RequestVoteRequestProcessor node, VoteGuard guard)
      implements RpcProcessor<RequestVoteRequest> {
    @Override
    public void handleRequest(RpcContext context, RequestVoteRequest request) {
      if (guard.mayVote(request.getTerm())) {
        node.handleRequest(context, request);
      } else {
        context.sendResponse(RequestVoteResponse.newBuilder().setTerm(0).setGranted(false).build());
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
