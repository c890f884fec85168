package io.holdfast.logstore.rpc;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Makes frames of a stream of bytes: pure, without a clock or a channel. A frame's memory grows
 * with what has arrived of it, never with what it claims.
 */
final class FrameAssembler {
  private static final int FIRST_PIECE = 1 << 20;

  private final Limits limits;
  private boolean greeted;
  private int lengthBytes;
  private int length;
  private byte @Nullable [] bytes;
  private int filled;

  FrameAssembler(Limits limits) {
    this.limits = limits;
  }

  /** The hello is done: longer frames are allowed. */
  void greeted() {
    greeted = true;
  }

  /** Whether a frame has begun and is not whole. */
  boolean inFrame() {
    return lengthBytes > 0;
  }

  /**
   * Takes what it needs of the bytes.
   *
   * @return the next frame, or null if all bytes were taken and it is not whole yet
   * @throws BadFrameException if the length is none; nothing of use comes behind it
   */
  @Nullable Frame next(ByteBuf in) throws BadFrameException {
    while (lengthBytes < Frame.LENGTH_FIELD) {
      if (!in.isReadable()) {
        return null;
      }
      length = length << Byte.SIZE | in.readUnsignedByte();
      lengthBytes++;
    }
    byte[] now = bytes == null ? begin() : bytes;
    while (filled < length) {
      if (!in.isReadable()) {
        return null;
      }
      if (filled == now.length) {
        now = Arrays.copyOf(now, (int) Math.min(length, 2L * now.length));
        bytes = now;
      }
      int some = Math.min(in.readableBytes(), now.length - filled);
      in.readBytes(now, filled, some);
      filled += some;
    }
    bytes = null;
    filled = 0;
    length = 0;
    lengthBytes = 0;
    return new Frame(now);
  }

  private byte[] begin() throws BadFrameException {
    int longest = greeted ? limits.frame() : limits.helloFrame();
    if (length < Frame.HEAD || length > longest) {
      throw new BadFrameException(
          Refusal.FRAME_LENGTH,
          Integer.toUnsignedString(length)
              + " bytes, while "
              + Frame.HEAD
              + " to "
              + longest
              + " are allowed");
    }
    bytes = new byte[Math.min(length, FIRST_PIECE)];
    return bytes;
  }
}
