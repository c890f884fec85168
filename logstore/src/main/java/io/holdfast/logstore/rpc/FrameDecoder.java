package io.holdfast.logstore.rpc;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Passes on {@link Frame}s, and a {@link BadFrameException} for what is none or stays half. Owned
 * by the connection's event loop.
 */
final class FrameDecoder extends ChannelInboundHandlerAdapter {
  private final FrameAssembler assembler;
  private final long silenceNanos;
  private long lastRead;
  private boolean watching;
  private boolean failed;

  FrameDecoder(Limits limits) {
    this.assembler = new FrameAssembler(limits);
    this.silenceNanos = limits.silence().toNanos();
  }

  void greeted() {
    assembler.greeted();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf in = (ByteBuf) message;
    try {
      for (Frame frame = next(context, in); frame != null; frame = next(context, in)) {
        context.fireChannelRead(frame);
      }
    } finally {
      in.release();
    }
    if (!failed && assembler.inFrame()) {
      lastRead = System.nanoTime();
      watch(context, silenceNanos);
    }
  }

  private @Nullable Frame next(ChannelHandlerContext context, ByteBuf in) {
    if (failed) {
      return null;
    }
    try {
      return assembler.next(in);
    } catch (BadFrameException e) {
      fail(context, e);
      return null;
    }
  }

  private void fail(ChannelHandlerContext context, BadFrameException e) {
    failed = true;
    context.fireExceptionCaught(e);
  }

  private void watch(ChannelHandlerContext context, long delay) {
    if (!watching) {
      watching = true;
      var _ =
          context.executor().schedule(() -> whetherItGoesOn(context), delay, TimeUnit.NANOSECONDS);
    }
  }

  private void whetherItGoesOn(ChannelHandlerContext context) {
    watching = false;
    if (failed || !assembler.inFrame() || !context.channel().isActive()) {
      return;
    }
    long left = lastRead + silenceNanos - System.nanoTime();
    if (!context.channel().config().isAutoRead()) {
      watch(context, silenceNanos); // it is we who do not read
    } else if (left > 0) {
      watch(context, left);
    } else {
      fail(context, new BadFrameException(Refusal.HALF_FRAME, "nothing came for a while"));
    }
  }
}
