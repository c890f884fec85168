package io.holdfast.logstore.rpc;

import com.alipay.sofa.jraft.ReplicatorGroup;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.error.ConnectionFailureException;
import com.alipay.sofa.jraft.error.InvokeTimeoutException;
import com.alipay.sofa.jraft.error.RemotingException;
import com.alipay.sofa.jraft.option.RpcOptions;
import com.alipay.sofa.jraft.rpc.InvokeCallback;
import com.alipay.sofa.jraft.rpc.InvokeContext;
import com.alipay.sofa.jraft.rpc.RpcClient;
import com.alipay.sofa.jraft.rpc.RpcRequests.RequestVoteRequest;
import com.alipay.sofa.jraft.util.Endpoint;
import com.google.protobuf.Message;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's calls to its peers, one connection to each. Thread-safe.
 *
 * <p>JRaft asks under the node's lock whether a peer is there: only {@link #invokeSync} waits for a
 * connection, no longer than the connect timeout, and not for a peer that has just let it wait in
 * vain ({@link Remote}).
 */
final class RaftClient implements RpcClient {
  private static final Logger LOG = LoggerFactory.getLogger(RaftClient.class);

  private final Map<Endpoint, Remote> remotes = new ConcurrentHashMap<>();
  private volatile @Nullable Transport transport;
  private volatile @Nullable ReplicatorGroup replicators;
  private volatile Duration connectTimeout = Duration.ZERO;
  private volatile BooleanSupplier mayStand = () -> true;
  private volatile boolean closed;

  @Override
  public boolean init(RpcOptions options) {
    connectTimeout = Duration.ofMillis(options.getRpcConnectTimeoutMs());
    if (options instanceof MemberOptions member) {
      RaftProperties.check();
      transport = member.transport();
      mayStand = member::mayStand;
      member.replicators(replicators);
    }
    return true; // without a transport: a group of one, which calls nobody
  }

  @Override
  public void shutdown() {
    closed = true;
    remotes.values().forEach(Remote::disconnect);
  }

  @Override
  public boolean checkConnection(Endpoint endpoint) {
    return checkConnection(endpoint, false);
  }

  /** Never waits: what is created is there for a later call. */
  @Override
  public boolean checkConnection(Endpoint endpoint, boolean createIfAbsent) {
    Remote remote = remote(endpoint);
    Link link = remote.link();
    if (link == null && createIfAbsent) {
      var _ = remote.reach();
    }
    return link != null && link.takesMore();
  }

  @Override
  public void closeConnection(Endpoint endpoint) {
    remote(endpoint).disconnect();
  }

  @Override
  public void registerConnectEventListener(ReplicatorGroup group) {
    replicators = group;
  }

  @Override
  public Object invokeSync(
      Endpoint endpoint, Object request, @Nullable InvokeContext context, long timeoutMs)
      throws InterruptedException, RemotingException {
    RaftMessage exchange = exchange(request);
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
    Link link = remote(endpoint).await(deadline);
    CompletableFuture<Object> answer = new CompletableFuture<>();
    send(
        link,
        new Asking(
            exchange,
            (result, failure) -> {
              if (failure == null) {
                answer.complete(result);
              } else {
                answer.completeExceptionally(failure);
              }
            },
            Runnable::run),
        request,
        deadline - System.nanoTime());
    try {
      return answer.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RemotingException remoting) {
        throw remoting;
      }
      throw new RemotingException(e.getCause());
    }
  }

  @Override
  public void invokeAsync(
      Endpoint endpoint,
      Object request,
      @Nullable InvokeContext context,
      InvokeCallback callback,
      long timeoutMs)
      throws RemotingException {
    RaftMessage exchange = exchange(request);
    Remote remote = remote(endpoint);
    Asking asking = new Asking(exchange, callback, executor(callback));
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
    Link link = remote.link();
    if (link != null) {
      send(link, asking, request, deadline - System.nanoTime());
      return;
    }
    var _ =
        remote
            .reach()
            .copy()
            .orTimeout(timeoutMs, TimeUnit.MILLISECONDS)
            .whenComplete(
                (made, failure) -> {
                  if (made == null) {
                    asking.complete(null, remote.unreachable(failure));
                    return;
                  }
                  try {
                    send(made, asking, request, deadline - System.nanoTime());
                  } catch (RemotingException e) {
                    asking.complete(null, e);
                  }
                });
  }

  private RaftMessage exchange(Object request) throws RemotingException {
    if (transport == null) {
      throw new RemotingException("this member has no network");
    }
    if (request instanceof RequestVoteRequest && !mayStand.getAsBoolean()) {
      throw new RemotingException("this member does not stand for election");
    }
    RaftMessage exchange = RaftMessage.ofRequest(request);
    if (exchange == null) {
      throw new RemotingException("may not be sent: " + request.getClass().getName());
    }
    return exchange;
  }

  private static void send(Link link, Asking asking, Object request, long timeoutNanos)
      throws RemotingException {
    long id = link.calls().open(asking, timeoutNanos);
    boolean sent = link.send(asking.exchange.requestFrame(link.allocator(), id, (Message) request));
    if (!sent && link.calls().withdraw(id)) {
      throw new RemotingException(link.peer().remoteAddress() + " takes no more just now");
    }
  }

  private Executor executor(InvokeCallback callback) {
    Executor named = callback.executor();
    return named == null ? Objects.requireNonNull(transport).workers() : named;
  }

  private void background(Runnable task) {
    Transport over = transport;
    try {
      if (over != null) {
        over.workers().execute(task);
      }
    } catch (RejectedExecutionException e) {
      LOG.debug("the transport is closed, or all its workers are busy", e);
    }
  }

  private Remote remote(Endpoint endpoint) {
    Remote found = remotes.get(endpoint);
    return found == null ? remotes.computeIfAbsent(endpoint, Remote::new) : found;
  }

  /** A call that JRaft waits for. */
  private final class Asking implements Calls.Call {
    private final RaftMessage exchange;
    private final InvokeCallback callback;
    private final Executor executor;

    Asking(RaftMessage exchange, InvokeCallback callback, Executor executor) {
      this.exchange = exchange;
      this.callback = callback;
      this.executor = executor;
    }

    @Override
    public void answered(Frame frame) throws BadFrameException {
      Message answer;
      try {
        answer = exchange.answer(frame);
      } catch (BadFrameException e) {
        complete(null, new RemotingException(e));
        throw e;
      }
      complete(answer, null);
    }

    @Override
    public void timedOut() {
      complete(null, new InvokeTimeoutException("no answer to " + exchange + " in time"));
    }

    @Override
    public void closed(String why) {
      complete(null, new RemotingException(why));
    }

    /** JRaft waits for ever for a callback that does not come: it comes somewhere. */
    void complete(@Nullable Object answer, @Nullable Throwable failure) {
      Runnable completing = () -> callback.complete(answer, failure);
      try {
        executor.execute(completing);
      } catch (RejectedExecutionException e) {
        background(completing);
      }
    }
  }

  /**
   * A peer and the connection to it. One attempt at a time is made to reach it. A caller waits for
   * an attempt until the connect timeout since its start; when that was in vain, nobody waits for
   * this peer for {@link #NOT_WAITED_FOR}, while attempts go on at each call. A peer that refuses
   * at once costs no wait anyway.
   */
  private final class Remote {
    private static final Duration NOT_WAITED_FOR = Duration.ofSeconds(1);

    private final Endpoint endpoint;
    private volatile @Nullable Link link;
    private @Nullable CompletableFuture<Link> attempt;
    private long attemptStart;
    private boolean waitedInVain;
    private long waitAgain;

    Remote(Endpoint endpoint) {
      this.endpoint = endpoint;
    }

    /** The connection, or null if there is none. */
    @Nullable Link link() {
      Link now = link;
      return now != null && now.isOpen() ? now : null;
    }

    /** The connection, or the attempt that is made now. */
    synchronized CompletableFuture<Link> reach() {
      Link now = link();
      if (now != null) {
        return CompletableFuture.completedFuture(now);
      }
      CompletableFuture<Link> running = attempt;
      if (running == null || running.isDone()) {
        attemptStart = System.nanoTime();
        running = dial().thenApply(this::reached);
        attempt = running;
      }
      return running;
    }

    private CompletableFuture<Link> dial() {
      Transport over = transport;
      if (over == null) {
        return CompletableFuture.failedFuture(new IOException("this member is to be alone"));
      }
      String host = endpoint.getIp();
      if (host.startsWith("[") && host.endsWith("]")) {
        host = host.substring(1, host.length() - 1);
      }
      return over.dial(host, endpoint.getPort(), connectTimeout, new Dialled());
    }

    private Link reached(Link made) {
      link = made;
      if (closed) {
        made.close();
      }
      ReplicatorGroup group = replicators;
      if (group != null) {
        // It takes the node's lock.
        background(() -> group.checkReplicator(new PeerId(endpoint, 0), true));
      }
      return made;
    }

    Link await(long deadline) throws InterruptedException, RemotingException {
      Link now = link();
      if (now != null) {
        return now;
      }
      CompletableFuture<Link> running = reach();
      long patience;
      synchronized (this) {
        long time = System.nanoTime();
        patience =
            waitedInVain && time - waitAgain < 0
                ? 0
                : Math.min(deadline, attemptStart + connectTimeout.toNanos()) - time;
      }
      try {
        return running.get(Math.max(0, patience), TimeUnit.NANOSECONDS);
      } catch (ExecutionException e) {
        throw unreachable(e.getCause());
      } catch (TimeoutException e) {
        synchronized (this) {
          if (patience > 0) {
            waitedInVain = true;
            waitAgain = System.nanoTime() + NOT_WAITED_FOR.toNanos();
          }
        }
        throw unreachable(e);
      }
    }

    RemotingException unreachable(@Nullable Throwable cause) {
      String why =
          cause == null || cause instanceof TimeoutException
              ? "no connection yet"
              : TlsFailure.text(cause);
      return new ConnectionFailureException(endpoint + ": " + why);
    }

    void disconnect() {
      Link now = link;
      link = null;
      if (now != null) {
        now.close();
      }
    }
  }

  /** The dialling side of a connection of Raft: nothing comes unasked. */
  private static final class Dialled implements Link.Owner {
    @Override
    public void frame(Link from, Frame frame) throws BadFrameException {
      throw new BadFrameException(Refusal.UNKNOWN_TYPE, "type " + frame.type());
    }

    @Override
    public void closed(Link from) {
      // calls have failed, and the next one dials
    }
  }
}
