package io.holdfast.logstore.rpc;

import com.alipay.sofa.jraft.rpc.Connection;
import io.netty.buffer.ByteBuf;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A connection that a peer dialled: hands its frames to Raft or to the service, and is to each what
 * it calls a connection.
 */
final class AcceptedLink implements Link.Owner, Connection, ServicePeer {
  private final Acceptor acceptor;
  private final Map<String, Object> attributes = new ConcurrentHashMap<>();
  private volatile @Nullable Link link;
  private boolean served;

  /** Group and peers of its appends; null before the first. On the event loop. */
  private @Nullable String appends;

  AcceptedLink(Acceptor acceptor) {
    this.acceptor = acceptor;
  }

  /** The hello is done. */
  void greeted(Link made) {
    link = made;
    attributes.put(RaftServer.PEER, made.peer());
  }

  @Override
  public void frame(Link from, Frame frame) throws BadFrameException {
    if (frame.isService()) {
      ServiceHandler handler = acceptor.service();
      if (handler == null) {
        throw new BadFrameException(
            Refusal.UNKNOWN_TYPE, "type " + frame.type() + ": nothing is served here, or not yet");
      }
      served = true;
      handler.request(
          this, frame.type(), frame.body(), body -> answer(from, frame.type(), frame.id(), body));
      return;
    }
    RaftMessage exchange = RaftMessage.ofRequestType(frame.type());
    if (exchange == null) {
      throw new BadFrameException(Refusal.UNKNOWN_TYPE, "type " + frame.type());
    }
    acceptor.raftRequest(this, from, exchange, frame);
  }

  /**
   * An append came, on the event loop.
   *
   * @param pair its group, who it is for and in whose name. A member has one name and dials each
   *     other member for itself; what is kept for each pair shall not outnumber the connections.
   * @throws BadFrameException if another pair was named before
   */
  void appends(String pair) throws BadFrameException {
    if (appends == null) {
      appends = pair;
    } else if (!appends.equals(pair)) {
      throw new BadFrameException(
          Refusal.NOT_PERMITTED, "appends \"%s\" after \"%s\"".formatted(pair, appends));
    }
  }

  private static boolean answer(Link to, int type, long id, ByteBuf body) {
    return sendOrClose(to, ServiceChannel.frame(to, type | Frame.ANSWER, id, body));
  }

  /** An answer that finds no room: the peer has been asking without reading for 16 MiB. */
  static boolean sendOrClose(Link to, ByteBuf frame) {
    boolean sent = to.send(frame);
    if (!sent && to.isOpen()) {
      to.refuse(Refusal.DOES_NOT_READ, to.unsent() + " bytes wait to be read");
    }
    return sent;
  }

  @Override
  public void closed(Link from) {
    acceptor.closed(this);
    ServiceHandler handler = acceptor.service();
    if (served && handler != null) {
      handler.closed(this);
    }
  }

  private Link link() {
    Link now = link;
    if (now == null) {
      throw new IllegalStateException("before the hello");
    }
    return now;
  }

  /** Bytes that wait to be read by the peer. */
  long unsent() {
    return link().unsent();
  }

  @Override
  public PeerIdentity identity() {
    return link().peer();
  }

  @Override
  public boolean push(int type, ByteBuf body) {
    return link().send(ServiceChannel.frame(link(), type, 0, body));
  }

  @Override
  public boolean takesMore() {
    return link().takesMore();
  }

  @Override
  public @Nullable Object getAttribute(String key) {
    return attributes.get(key);
  }

  @Override
  public void setAttribute(String key, Object value) {
    attributes.put(key, value);
  }

  @Override
  public @Nullable Object setAttributeIfAbsent(String key, Object value) {
    return attributes.putIfAbsent(key, value);
  }

  @Override
  public void close() {
    link().close();
  }
}
