package io.holdfast.logstore.rpc;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection whose hello is done. Frames that arrive go to its owner, on the event loop and in
 * order; frames may be sent from any thread, and leave in the order of {@link #send}.
 *
 * <p>What waits to be sent stays plain in {@link #outbox} until the socket takes more, so that the
 * encrypted form of a slow reader's frames does not fill the memory outside the heap.
 */
final class Link extends ChannelInboundHandlerAdapter {

  /** Whom a connection serves. Called on its event loop. */
  interface Owner {
    /** A frame that is no answer. */
    void frame(Link link, Frame frame) throws BadFrameException;

    /** Called once, after all frames. */
    void closed(Link link);
  }

  private static final Logger LOG = LoggerFactory.getLogger(Link.class);

  private final Channel channel;
  private final PeerIdentity peer;
  private final String address;
  private final Limits limits;
  private final Refusals refusals;
  private final Owner owner;
  private final Calls calls;
  private final Queue<ByteBuf> outbox = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean flushing = new AtomicBoolean();
  private final AtomicBoolean refused = new AtomicBoolean();
  private volatile boolean closing;
  private final AtomicLong unsent = new AtomicLong();
  private final AtomicLong inHand = new AtomicLong();

  /**
   * A connection.
   *
   * @param address what refusals are noted under
   */
  Link(
      Channel channel,
      PeerIdentity peer,
      String address,
      Limits limits,
      Refusals refusals,
      Owner owner) {
    this.channel = channel;
    this.peer = peer;
    this.address = address;
    this.limits = limits;
    this.refusals = refusals;
    this.owner = owner;
    this.calls = new Calls(channel.eventLoop());
  }

  PeerIdentity peer() {
    return peer;
  }

  Calls calls() {
    return calls;
  }

  ByteBufAllocator allocator() {
    return channel.alloc();
  }

  boolean isOpen() {
    return !closing && channel.isActive();
  }

  /** Whether it is open and takes more to send. */
  boolean takesMore() {
    return isOpen() && unsent.get() < limits.unsent();
  }

  /** Bytes of frames that the socket has not taken. */
  long unsent() {
    return unsent.get();
  }

  /**
   * Sends a frame, which belongs to the link from now on.
   *
   * @return false if it is not sent, because too much waits already or the connection is closed
   */
  boolean send(ByteBuf frame) {
    int size = frame.readableBytes();
    if (isOpen()) {
      if (unsent.getAndAdd(size) < limits.unsent()) {
        outbox.add(frame);
        flushSoon();
        return true;
      }
      unsent.addAndGet(-size);
    }
    frame.release();
    return false;
  }

  private void flushSoon() {
    if (!flushing.compareAndSet(false, true)) {
      return;
    }
    try {
      channel.eventLoop().execute(this::flush);
    } catch (RejectedExecutionException e) {
      LOG.debug("{}: the event loop has ended", address);
      dropUnsent();
    }
  }

  private void flush() {
    flushing.set(false);
    boolean wrote = false;
    while (channel.isWritable()) {
      ByteBuf next = outbox.poll();
      if (next == null) {
        break;
      }
      int size = next.readableBytes();
      channel.write(next).addListener(written -> taken(size));
      wrote = true;
    }
    if (wrote) {
      channel.flush();
    }
    if (!channel.isActive()) {
      dropUnsent();
    }
  }

  private void taken(int size) {
    unsent.addAndGet(-size);
    adjustReading();
  }

  private void dropUnsent() {
    for (ByteBuf next = outbox.poll(); next != null; next = outbox.poll()) {
      next.release();
    }
  }

  /** A request of so many bytes is being worked on, until {@link #handled}. */
  void took(int bytes) {
    inHand.addAndGet(bytes);
    adjustReading();
  }

  /** From any thread. */
  void handled(int bytes) {
    long before = inHand.getAndAdd(-bytes);
    if (before >= limits.inHand() && before - bytes < limits.inHand()) {
      onLoop(this::adjustReading);
    }
  }

  /** Who does not read his answers, or asks faster than he is served, is not read. */
  private void adjustReading() {
    boolean read = inHand.get() < limits.inHand() && unsent.get() < limits.unsent();
    if (channel.config().isAutoRead() != read) {
      channel.config().setAutoRead(read);
    }
  }

  private void onLoop(Runnable task) {
    try {
      channel.eventLoop().execute(task);
    } catch (RejectedExecutionException e) {
      LOG.debug("{}: the event loop has ended", address);
    }
  }

  /** Closes it and notes why, the first time. From any thread. */
  void refuse(Refusal refusal, String detail) {
    if (refused.compareAndSet(false, true)) {
      refusals.note(address, refusal, detail);
    }
    close();
  }

  /** Closes it. From any thread. */
  void close() {
    closing = true; // TLS says goodbye first, and may wait for room to do so
    var _ = channel.close();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    Frame frame = (Frame) message;
    if (refused.get()) {
      return;
    }
    try {
      if (frame.isAnswer()) {
        calls.answered(frame);
      } else {
        owner.frame(this, frame);
      }
    } catch (BadFrameException e) {
      refuse(e.refusal(), TlsFailure.text(e));
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (channel.isWritable() && !outbox.isEmpty()) {
      flushSoon(); // later: we may be inside a flush now
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    dropUnsent();
    calls.closed(peer.remoteAddress() + ": the connection was closed");
    owner.closed(this);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (cause instanceof BadFrameException e) {
      refuse(e.refusal(), TlsFailure.text(e));
      return;
    }
    Refusal refusal = TlsFailure.of(cause);
    if (refusal != null) {
      refuse(refusal, TlsFailure.text(cause));
      return;
    }
    if (cause instanceof RuntimeException) {
      LOG.error("{}: a frame was not handled", address, cause);
    } else {
      LOG.debug("{}: {}", address, cause.toString());
    }
    close();
  }
}
