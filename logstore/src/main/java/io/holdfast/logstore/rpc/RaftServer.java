package io.holdfast.logstore.rpc;

import com.alipay.sofa.jraft.error.RaftError;
import com.alipay.sofa.jraft.rpc.Connection;
import com.alipay.sofa.jraft.rpc.RpcContext;
import com.alipay.sofa.jraft.rpc.RpcProcessor;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequestHeader;
import com.alipay.sofa.jraft.rpc.RpcRequests.ErrorResponse;
import com.alipay.sofa.jraft.rpc.RpcServer;
import com.alipay.sofa.jraft.rpc.impl.ConnectionClosedEventListener;
import com.alipay.sofa.jraft.util.Endpoint;
import com.google.protobuf.Message;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server that JRaft's processors are registered with; one for each transport. Thread-safe. May
 * be extended: {@link #registerProcessor} to put something before a processor, {@link #admit} to
 * judge a request by who sent it.
 *
 * <p>A connection appends for one pair of peers: another one ends it.
 *
 * <p>Requests of one connection are handed out in order of arrival. A processor that names an
 * executor for the request (appends do, one for each pair of peers) or for all its requests runs
 * there, else on the transport's workers. What cannot be run is answered with an error.
 */
public class RaftServer implements RpcServer {

  /** Attribute of a {@link Connection}: the {@link PeerIdentity} at its other end. */
  public static final String PEER = "holdfast-peer";

  private static final Logger LOG = LoggerFactory.getLogger(RaftServer.class);

  private final Transport transport;
  private final Endpoint endpoint;
  private final Map<RaftMessage, RpcProcessor<?>> processors = new ConcurrentHashMap<>();
  private final List<ConnectionClosedEventListener> listeners = new CopyOnWriteArrayList<>();
  private volatile boolean started;

  private final AppendContexts contexts;

  /**
   * A server that is not started.
   *
   * @param endpoint where {@link #init} listens, unless the transport listens already
   */
  public RaftServer(Transport transport, Endpoint endpoint) {
    this.transport = transport;
    this.endpoint = endpoint;
    this.contexts = new AppendContexts(this::tellClosed, transport.farewells());
  }

  /**
   * Judges a request before anything of it is done; called on an event loop, must not block. To be
   * overridden; this one admits everybody whose hello was accepted.
   *
   * @throws RefusedException to close the connection
   */
  protected void admit(PeerIdentity peer, Message request) throws RefusedException {}

  @Override
  public boolean init(@Nullable Void nothing) {
    try {
      if (transport.port() == 0) {
        transport.listen(endpoint.getIp(), endpoint.getPort());
      }
    } catch (IOException e) {
      LOG.error("{}", e.getMessage());
      return false;
    }
    started = true;
    transport.acceptor().raft(this);
    return true;
  }

  /** Answers no more requests. The transport goes on. */
  @Override
  public void shutdown() {
    started = false;
    transport.acceptor().raft(null);
  }

  @Override
  public void registerConnectionClosedEventListener(ConnectionClosedEventListener listener) {
    listeners.add(listener);
  }

  /** A processor of messages that may not cross the wire is ignored: nothing will ever reach it. */
  @Override
  public void registerProcessor(RpcProcessor<?> processor) {
    RaftMessage exchange = RaftMessage.ofRequestClass(processor.interest());
    if (exchange != null) {
      processors.put(exchange, processor);
    }
  }

  @Override
  public int boundPort() {
    return transport.port();
  }

  @Override
  public boolean isStarted() {
    return started;
  }

  /** A request arrived; on the event loop. */
  final void request(AcceptedLink from, Link link, RaftMessage exchange, Frame frame)
      throws BadFrameException {
    Message request = exchange.request(frame);
    try {
      admit(link.peer(), request);
    } catch (RefusedException e) {
      throw new BadFrameException(Refusal.NOT_PERMITTED, TlsFailure.text(e));
    }
    if (request instanceof AppendEntriesRequest append) {
      from.appends(AppendContexts.pair(append));
    }
    Asked asked = new Asked(from, link, exchange, frame.id());
    RpcProcessor<?> processor = processors.get(exchange);
    if (processor == null) {
      asked.fail(RaftError.ENOENT, "nobody answers " + exchange);
      return;
    }
    @SuppressWarnings("unchecked") // by the table, what the processor is interested in
    RpcProcessor<Message> typed = (RpcProcessor<Message>) processor;
    int size = frame.bodyLength();
    Runnable handling =
        () -> {
          try {
            typed.handleRequest(asked, request);
          } catch (RuntimeException e) {
            LOG.error("{} failed", exchange, e);
            asked.fail(RaftError.EINTERNAL, "the request failed");
          } finally {
            link.handled(size);
          }
        };
    link.took(size);
    try {
      execute(from, typed, request, handling);
    } catch (RejectedExecutionException e) {
      link.handled(size);
      asked.fail(RaftError.EBUSY, "too many requests at a time");
    } catch (RuntimeException | AssertionError e) { // JRaft's selector, with peers it doesn't know
      link.handled(size);
      LOG.debug("{}: no executor for it", exchange, e);
      asked.fail(RaftError.EINVAL, "no executor for the request");
    }
  }

  private void execute(
      AcceptedLink from, RpcProcessor<Message> processor, Message request, Runnable handling) {
    RpcProcessor.ExecutorSelector selector = processor.executorSelector();
    if (selector == null || !(request instanceof AppendEntriesRequest append)) {
      executor(processor.executor()).execute(handling);
      return;
    }
    AppendEntriesRequestHeader header =
        AppendEntriesRequestHeader.newBuilder()
            .setGroupId(append.getGroupId())
            .setServerId(append.getServerId())
            .setPeerId(append.getPeerId())
            .build();
    contexts.execute(
        from, append, () -> executor(selector.select(processor.interest(), header)), handling);
  }

  private Executor executor(@Nullable Executor named) {
    return named == null ? transport.workers() : named;
  }

  /** An accepted connection has closed; on the event loop. */
  final void closed(AcceptedLink link) {
    contexts.closed(link);
  }

  private void tellClosed(AcceptedLink link) {
    for (ConnectionClosedEventListener each : listeners) {
      each.onClosed(link.identity().remoteAddress(), link);
    }
  }

  /** Frame of the answer to a request that came before a server was started. */
  static ByteBuf notStarted(Link link, RaftMessage exchange, long id) {
    return exchange.answerFrame(
        link.allocator(), id, error(RaftError.EHOSTDOWN, "the member is starting or stopping"));
  }

  private static ErrorResponse error(RaftError code, String text) {
    return ErrorResponse.newBuilder().setErrorCode(code.getNumber()).setErrorMsg(text).build();
  }

  /** Who asked, and how he is answered; from any thread. */
  private record Asked(AcceptedLink from, Link link, RaftMessage exchange, long id)
      implements RpcContext {

    @Override
    public void sendResponse(Object response) {
      AcceptedLink.sendOrClose(link, exchange.answerFrame(link.allocator(), id, response));
    }

    void fail(RaftError code, String text) {
      sendResponse(error(code, text));
    }

    @Override
    public Connection getConnection() {
      return from;
    }

    @Override
    public String getRemoteAddress() {
      return link.peer().remoteAddress();
    }
  }
}
