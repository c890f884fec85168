package io.holdfast.bgp.wire.message;

import io.holdfast.bgp.wire.MessageError;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * {@link BgpFrameDecoder} in a Netty pipeline: passes on one {@code ByteBuf} for each whole
 * message, owned by the next handler, and a {@link Malformed} where the stream becomes unreadable.
 */
public final class BgpFrameHandler extends ChannelInboundHandlerAdapter {
  private final BgpFrameDecoder decoder;
  private boolean failed;

  /** Around a decoder of this channel alone, whose limit the session may raise later. */
  public BgpFrameHandler(BgpFrameDecoder decoder) {
    this.decoder = decoder;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (!(message instanceof ByteBuf chunk)) {
      context.fireChannelRead(message);
      return;
    }
    try {
      MessageError error =
          decoder.feed(
              chunk,
              whole -> {
                context.fireChannelRead(whole.copy());
                return true;
              });
      if (error != null && !failed) {
        failed = true;
        context.fireChannelRead(new Malformed(error));
      }
    } finally {
      chunk.release();
    }
  }
}
