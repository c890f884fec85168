package io.holdfast.logstore.rpc;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;

/** A frame that arrived. Its array is its own: whoever gets the frame may keep parts of it. */
final class Frame {
  /** Bytes of the length field, which does not count itself. */
  static final int LENGTH_FIELD = 4;

  /** Bytes of type and request id. */
  static final int HEAD = 1 + Long.BYTES;

  static final int HELLO = 1;
  static final int FIRST_SERVICE = 64;
  static final int ANSWER = 0x80;

  private static final int ID_OFFSET = 1;

  private final byte[] bytes;
  private final int type;
  private final long id;

  /** Of everything behind the length field: at least {@link #HEAD} bytes. */
  Frame(byte[] bytes) {
    ByteBuf view = Unpooled.wrappedBuffer(bytes);
    this.bytes = bytes;
    this.type = view.getUnsignedByte(0);
    this.id = view.getLong(ID_OFFSET);
  }

  /** 0 to 255. */
  int type() {
    return type;
  }

  long id() {
    return id;
  }

  boolean isAnswer() {
    return (type & ANSWER) != 0;
  }

  boolean isService() {
    return (type & ~ANSWER) >= FIRST_SERVICE;
  }

  /** The array that holds the body from {@link #HEAD} on. */
  byte[] bytes() {
    return bytes;
  }

  int bodyLength() {
    return bytes.length - HEAD;
  }

  /** The body; on the heap, so that nobody need release it. */
  ByteBuf body() {
    return Unpooled.wrappedBuffer(bytes, HEAD, bodyLength());
  }

  /** A buffer with length, type and id written, and room for the body. */
  static ByteBuf begin(ByteBufAllocator allocator, int type, long id, int bodyLength) {
    return begin(allocator, type, id, bodyLength, bodyLength);
  }

  /** The same, with room for a part of the body. */
  static ByteBuf begin(ByteBufAllocator allocator, int type, long id, int bodyLength, int room) {
    ByteBuf frame = allocator.heapBuffer(LENGTH_FIELD + HEAD + room);
    return frame.writeInt(HEAD + bodyLength).writeByte(type).writeLong(id);
  }

  /** A whole frame; the body is copied and stays the caller's. */
  static ByteBuf of(ByteBufAllocator allocator, int type, long id, ByteBuf body) {
    return begin(allocator, type, id, body.readableBytes())
        .writeBytes(body, body.readerIndex(), body.readableBytes());
  }
}
