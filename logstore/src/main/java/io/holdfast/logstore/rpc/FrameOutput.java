package io.holdfast.logstore.rpc;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Makes a frame of a message without a copy of its long byte strings: they become parts of the
 * frame as they are, and must not change until it is sent. Used by one thread.
 */
final class FrameOutput extends OutputStream {
  /** Bytes from which on a part is not copied. */
  private static final int LARGE = 4096;

  /**
   * Bytes of the encoder's own buffer, which it fills again and again: less than large, so that
   * these are copied.
   */
  private static final int STEP = 1024;

  private final ByteBufAllocator allocator;
  private final CompositeByteBuf frame;

  /** The last part, while more can be written into it. */
  private ByteBuf small;

  private FrameOutput(ByteBufAllocator allocator, ByteBuf head) {
    this.allocator = allocator;
    this.frame = allocator.compositeHeapBuffer(Integer.MAX_VALUE);
    this.small = head;
  }

  /** The frame of a message, which belongs to the caller. */
  static ByteBuf frame(ByteBufAllocator allocator, int type, long id, MessageLite message) {
    int size = message.getSerializedSize();
    ByteBuf head = Frame.begin(allocator, type, id, size, Math.min(size, LARGE));
    int whole = head.readableBytes() + size;
    FrameOutput out = new FrameOutput(allocator, head);
    try {
      out.encode(message);
      if (out.frame.readableBytes() != whole) {
        throw new IOException(out.frame.readableBytes() + " bytes instead of " + whole);
      }
      return out.frame;
    } catch (IOException | RuntimeException e) {
      out.frame.release();
      throw new IllegalStateException("a message that is not of the size that it says", e);
    }
  }

  private void encode(MessageLite message) throws IOException {
    try {
      CodedOutputStream encoder = CodedOutputStream.newInstance(this, STEP);
      message.writeTo(encoder);
      encoder.flush();
    } finally {
      closePart();
    }
  }

  @Override
  public void write(int value) {
    small.writeByte(value);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    if (length < LARGE) {
      small.writeBytes(bytes, offset, length);
      return;
    }
    closePart();
    frame.addComponent(true, Unpooled.wrappedBuffer(bytes, offset, length));
    small = allocator.heapBuffer(STEP);
  }

  private void closePart() {
    if (small.isReadable()) {
      frame.addComponent(true, small);
    } else {
      small.release();
    }
  }
}
