package io.holdfast.failover.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Walks over the netlink messages in a buffer, and over a message's attributes (netlink(7)).
 * Numbers of the message itself are in the machine's order, whatever the buffer's is.
 *
 * <pre>
 *   message:   length 4, type 2, flags 2, sequence 4, port 4, family header, attributes
 *   attribute: length 2 (its 4 bytes of header included), type 2, value, padding to 4
 * </pre>
 */
final class NetlinkReader {
  /** Type of the kernel's answer to a request. */
  static final int ERROR = 2;

  /** Length of {@code struct nfgenmsg}, which stands before the attributes. */
  static final int FAMILY_HEADER = 4;

  private static final int HEADER = 16;
  private static final int ATTRIBUTE_HEADER = 4;
  private static final int TYPE_MASK = 0x3fff;

  private ByteBuffer buffer = ByteBuffer.allocate(0);
  private boolean swap;
  private int next;
  private int end;
  private int message;
  private int messageEnd;
  private int attribute;
  private int nextAttribute;

  NetlinkReader wrap(ByteBuffer buffer, int at, int length) {
    this.buffer = buffer;
    this.swap = buffer.order() != ByteOrder.nativeOrder();
    this.next = at;
    this.end = at + length;
    return this;
  }

  private int word(int at) {
    int value = buffer.getInt(at);
    return swap ? Integer.reverseBytes(value) : value;
  }

  private int half(int at) {
    short value = buffer.getShort(at);
    return (swap ? Short.reverseBytes(value) : value) & 0xffff;
  }

  private static int align(int length) {
    return (length + 3) & ~3;
  }

  /** Goes to the next message; false if there is none, or what there is is no message. */
  boolean next() {
    if (end - next < HEADER) {
      return false;
    }
    int length = word(next);
    if (length < HEADER || length > end - next) {
      return false;
    }
    message = next;
    messageEnd = next + length;
    next += align(length);
    return true;
  }

  int type() {
    return half(message + 4);
  }

  /** Of an {@link #ERROR}: the positive errno, 0 for an acknowledgment. */
  int error() {
    return messageEnd - message < HEADER + 4 ? 0 : -word(message + HEADER);
  }

  /** Starts to walk over the attributes behind a family header of so many bytes. */
  void attributes(int familyHeader) {
    nextAttribute = message + HEADER + familyHeader;
  }

  boolean nextAttribute() {
    if (messageEnd - nextAttribute < ATTRIBUTE_HEADER) {
      return false;
    }
    int length = half(nextAttribute);
    if (length < ATTRIBUTE_HEADER || length > messageEnd - nextAttribute) {
      return false;
    }
    attribute = nextAttribute;
    nextAttribute += align(length);
    return true;
  }

  int attributeType() {
    return half(attribute + 2) & TYPE_MASK;
  }

  int valueIndex() {
    return attribute + ATTRIBUTE_HEADER;
  }

  int valueLength() {
    return half(attribute) - ATTRIBUTE_HEADER;
  }
}
