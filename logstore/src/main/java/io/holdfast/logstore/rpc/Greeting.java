package io.holdfast.logstore.rpc;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a connection from its first byte to the end of the hello, and puts a {@link Link} in its
 * own place. The side that dials speaks first; that the other answers with its hello tells that it
 * accepted ours (and our certificate: with TLS 1.3 the dialling side is done before the other has
 * seen it). Owned by the connection's event loop.
 */
final class Greeting extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(Greeting.class);
  private static final int LONGEST_REASON = 200;

  /** RFC 5280 section 4.2.1.6, GeneralName. */
  private static final int DNS_NAME = 2;

  private static final int IP_ADDRESS = 7;

  private final boolean dialled;
  private final String remote;
  private final String address;
  private final HelloHandler hello;
  private final Limits limits;
  private final Refusals refusals;
  private final Link.Owner owner;
  private final CompletableFuture<Link> link;

  /**
   * Of one connection.
   *
   * @param dialled whether we dialled it
   * @param remote {@code host:port} that we dialled, or the peer's address and port
   * @param address what refusals are noted under
   * @param link completed with the link when the hello is done
   */
  Greeting(
      boolean dialled,
      String remote,
      String address,
      HelloHandler hello,
      Limits limits,
      Refusals refusals,
      Link.Owner owner,
      CompletableFuture<Link> link) {
    this.dialled = dialled;
    this.remote = remote;
    this.address = address;
    this.hello = hello;
    this.limits = limits;
    this.refusals = refusals;
    this.owner = owner;
    this.link = link;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    Runnable tooLate = () -> tooLate(context);
    var timer =
        context.executor().schedule(tooLate, limits.greeting().toNanos(), TimeUnit.NANOSECONDS);
    var _ = link.whenComplete((done, failure) -> timer.cancel(false));
  }

  private void tooLate(ChannelHandlerContext context) {
    if (!link.isDone()) {
      refuse(context, Refusal.NO_HELLO, limits.greeting().toMillis() + " ms");
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof SslHandshakeCompletionEvent done) {
      if (!done.isSuccess()) {
        exceptionCaught(context, done.cause());
      } else if (dialled) {
        sendHello(context);
      }
    } else {
      context.fireUserEventTriggered(event);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (link.isDone()) {
      return; // refused, and closing
    }
    Frame frame = (Frame) message;
    if (frame.type() == (Frame.HELLO | Frame.ANSWER) && dialled) {
      refuse(context, Refusal.HELLO_NOT_ACCEPTED, frame.body().toString(StandardCharsets.UTF_8));
      return;
    }
    if (frame.type() != Frame.HELLO) {
      refuse(context, Refusal.FIRST_NOT_HELLO, "type " + frame.type());
      return;
    }
    PeerIdentity peer = new PeerIdentity(remote, names(context.channel()));
    byte[] theirs = new byte[frame.bodyLength()];
    frame.body().readBytes(theirs);
    try {
      hello.theirs(peer, theirs);
    } catch (RefusedException e) {
      refuseHello(context, TlsFailure.text(e));
      return;
    }
    greeted(context, peer);
  }

  private void greeted(ChannelHandlerContext context, PeerIdentity peer) {
    if (!dialled) {
      sendHello(context);
    }
    Link made = new Link(context.channel(), peer, address, limits, refusals, owner);
    context.pipeline().get(FrameDecoder.class).greeted();
    context.pipeline().replace(this, null, made);
    refusals.forget(address);
    link.complete(made);
  }

  private void sendHello(ChannelHandlerContext context) {
    byte[] ours = hello.ours(remote);
    if (Frame.HEAD + ours.length > limits.helloFrame()) {
      throw new IllegalStateException("a hello of " + ours.length + " bytes");
    }
    var _ =
        context.writeAndFlush(
            Frame.of(context.alloc(), Frame.HELLO, 0, Unpooled.wrappedBuffer(ours)));
  }

  /** The peer is known by its certificate: it may hear why. */
  private void refuseHello(ChannelHandlerContext context, String why) {
    refusals.note(address, Refusal.HELLO_REFUSED, why);
    link.completeExceptionally(new IOException(remote + " " + Refusal.HELLO_REFUSED.text()));
    byte[] reason =
        why.substring(0, Math.min(why.length(), LONGEST_REASON)).getBytes(StandardCharsets.UTF_8);
    context
        .writeAndFlush(
            Frame.of(
                context.alloc(), Frame.HELLO | Frame.ANSWER, 0, Unpooled.wrappedBuffer(reason)))
        .addListener(ChannelFutureListener.CLOSE);
  }

  private void refuse(ChannelHandlerContext context, Refusal refusal, String detail) {
    if (link.completeExceptionally(
        new IOException(remote + " " + refusal.text() + " (" + detail + ")"))) {
      refusals.note(address, refusal, detail);
    }
    var _ = context.close();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (cause instanceof BadFrameException e) {
      refuse(context, e.refusal(), TlsFailure.text(e));
      return;
    }
    Refusal refusal = TlsFailure.of(cause);
    if (refusal != null) {
      refuse(context, refusal, TlsFailure.text(cause));
      return;
    }
    if (cause instanceof RuntimeException) {
      LOG.error("{}: a hello was not handled", remote, cause);
    }
    link.completeExceptionally(cause);
    var _ = context.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    // Before a hello this is what a port scan or a health check looks like: no alarm.
    link.completeExceptionally(new IOException(remote + " closed the connection before a hello"));
  }

  private static List<String> names(Channel channel) {
    SslHandler tls = Objects.requireNonNull(channel.pipeline().get(SslHandler.class));
    List<String> names = new ArrayList<>();
    try {
      X509Certificate certificate =
          (X509Certificate) tls.engine().getSession().getPeerCertificates()[0];
      Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
      if (alternatives != null) {
        for (List<?> each : alternatives) {
          if (each.get(0) instanceof Integer kind && (kind == DNS_NAME || kind == IP_ADDRESS)) {
            names.add((String) each.get(1));
          }
        }
      }
    } catch (SSLPeerUnverifiedException | CertificateParsingException e) {
      LOG.debug("{}: no names", channel, e);
    }
    return names;
  }
}
