package io.holdfast.failover.north;

import io.holdfast.failover.north.FrameType.Limits;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.jspecify.annotations.Nullable;

/**
 * Makes frames of what the socket gives, in place where a frame lies whole in one read, through one
 * buffer of its own where it does not. Type and length are held against the table before room is
 * made for the body, so a hostile length costs nothing. Owned by the channel's event loop.
 */
public abstract class FrameAssembler extends ChannelInboundHandlerAdapter {
  private final boolean fromSpeaker;
  private @Nullable ByteBuf partial;
  private boolean stopped;

  /**
   * An assembler for one direction.
   *
   * @param fromSpeaker which side's frames are expected; the other's are a violation
   */
  protected FrameAssembler(boolean fromSpeaker) {
    this.fromSpeaker = fromSpeaker;
  }

  /**
   * One frame.
   *
   * @param body from its reader to its writer index; not to be kept
   */
  protected abstract void frame(FrameType type, ByteBuf body);

  /** The other side broke the protocol; nothing more is assembled. */
  protected abstract void violation(String reason);

  /** Nothing more is assembled; what still comes is thrown away. */
  protected final void stopAssembling() {
    stopped = true;
  }

  @Override
  public final void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf in = (ByteBuf) message;
    try {
      while (!stopped && in.isReadable()) {
        if (partial != null) {
          topUp(partial, in);
        } else if (isWhole(in)) {
          take(in);
        } else {
          partial = ctx.alloc().directBuffer(Math.max(64, wanted(in))).writeBytes(in);
        }
      }
    } catch (RuntimeException e) {
      if (!NorthCodec.isViolation(e)) {
        throw e;
      }
      stopped = true;
      violation(String.valueOf(e.getMessage()));
    } finally {
      in.release();
    }
  }

  private void topUp(ByteBuf frame, ByteBuf in) {
    int missing = Math.min(wanted(frame) - frame.readableBytes(), in.readableBytes());
    frame.writeBytes(in, missing);
    if (isWhole(frame)) {
      partial = null;
      try {
        take(frame);
      } finally {
        frame.release();
      }
    }
  }

  /** Bytes of the frame at the reader index, its length field included, as far as it is known. */
  private int wanted(ByteBuf in) {
    if (in.readableBytes() < 4) {
      return 4;
    }
    int length = lengthField(in);
    if (in.readableBytes() > 4) {
      type(in.getUnsignedByte(in.readerIndex() + 4), length - 1);
    }
    return 4 + length;
  }

  private static int lengthField(ByteBuf in) {
    int length = in.getInt(in.readerIndex());
    if (length < 1 || length > Limits.MAX_FRAME) {
      throw new FrameException("frame of " + Integer.toUnsignedString(length) + " bytes");
    }
    return length;
  }

  private static boolean isWhole(ByteBuf in) {
    return in.readableBytes() >= 4 && in.readableBytes() >= 4 + lengthField(in);
  }

  private void take(ByteBuf in) {
    int start = in.readerIndex();
    int end = start + 4 + lengthField(in);
    int written = in.writerIndex();
    FrameType type = type(in.getUnsignedByte(start + 4), end - start - NorthCodec.HEADER_LENGTH);
    in.setIndex(start + NorthCodec.HEADER_LENGTH, end);
    frame(type, in);
    in.setIndex(end, written);
  }

  private FrameType type(int code, int body) {
    FrameType type = FrameType.of(code);
    if (type == null || type.fromSpeaker() != fromSpeaker) {
      throw new FrameException("frame of type " + (type == null ? code : type));
    }
    if (body < type.minBody() || body > type.maxBody()) {
      throw new FrameException(type + " of " + body + " bytes");
    }
    return type;
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    stopped = true;
    if (partial != null) {
      partial.release();
      partial = null;
    }
  }
}
