package io.holdfast.bgp.wire.message;

import io.holdfast.bgp.wire.Bytes;
import io.holdfast.bgp.wire.MessageError;
import io.holdfast.bgp.wire.NotificationCode;
import io.holdfast.bgp.wire.capability.Capability;
import io.holdfast.bgp.wire.capability.CapabilityType;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The body of an OPEN, RFC 4271 section 4.2, with capabilities (RFC 5492) and optional parameters
 * longer than 255 octets (RFC 9072, read always, written when needed).
 */
final class OpenCodec {
  private static final int VERSION = 4;
  private static final int CAPABILITIES = 2;
  private static final int EXTENDED = 255;
  private static final int FIXED_LENGTH = 10;

  private OpenCodec() {}

  static Decoded decode(ByteBuf in, int body, int end) {
    int version = in.getUnsignedByte(body);
    if (version != VERSION) {
      return error(
          NotificationCode.UNSUPPORTED_VERSION,
          Bytes.of((byte) 0, (byte) VERSION),
          "version " + version);
    }
    int myAs = in.getUnsignedShort(body + 1);
    int holdTime = in.getUnsignedShort(body + 3);
    int identifier = in.getInt(body + 5);
    List<Capability> capabilities = new ArrayList<>();
    MessageError malformed = parameters(in, body + FIXED_LENGTH - 1, end, capabilities);
    if (malformed != null) {
      return new Malformed(malformed);
    }
    Open open = new Open(myAs, holdTime, identifier, capabilities);
    if (open.asn() == 0 || myAs == 0) {
      return error(NotificationCode.BAD_PEER_AS, Bytes.EMPTY, "AS 0");
    }
    if (holdTime == 1 || holdTime == 2) {
      return error(NotificationCode.UNACCEPTABLE_HOLD_TIME, Bytes.EMPTY, "hold time " + holdTime);
    }
    if (identifier == 0) {
      return error(NotificationCode.BAD_BGP_IDENTIFIER, Bytes.EMPTY, "identifier 0.0.0.0");
    }
    return open;
  }

  private static Malformed error(NotificationCode code, Bytes data, String detail) {
    return new Malformed(MessageError.reset(code, data, detail));
  }

  /** Reads the optional parameters, whose length octet stands at {@code lengthAt}. */
  private static @Nullable MessageError parameters(
      ByteBuf in, int lengthAt, int end, List<Capability> capabilities) {
    int at = lengthAt + 1;
    int length = in.getUnsignedByte(lengthAt);
    boolean extended = length == EXTENDED && end - at >= 3 && in.getUnsignedByte(at) == EXTENDED;
    if (extended) {
      length = in.getUnsignedShort(at + 1);
      at += 3;
    }
    if (at + length != end) {
      return unspecific("optional parameters of " + length + " octets");
    }
    int header = extended ? 3 : 2;
    while (at < end) {
      if (end - at < header) {
        return unspecific("optional parameter is cut short");
      }
      int type = in.getUnsignedByte(at);
      int value = extended ? in.getUnsignedShort(at + 1) : in.getUnsignedByte(at + 1);
      at += header;
      if (value > end - at) {
        return unspecific("optional parameter " + type + " is cut short");
      }
      if (type != CAPABILITIES) {
        return MessageError.reset(
            NotificationCode.UNSUPPORTED_OPTIONAL_PARAMETER,
            Bytes.EMPTY,
            "optional parameter " + type);
      }
      MessageError malformed = capabilities(in, at, at + value, capabilities);
      if (malformed != null) {
        return malformed;
      }
      at += value;
    }
    return null;
  }

  private static @Nullable MessageError capabilities(
      ByteBuf in, int from, int end, List<Capability> capabilities) {
    int at = from;
    while (at < end) {
      if (end - at < 2 || in.getUnsignedByte(at + 1) > end - at - 2) {
        return unspecific("capability is cut short");
      }
      int length = in.getUnsignedByte(at + 1);
      Capability capability = CapabilityType.decode(in.getUnsignedByte(at), in, at + 2, length);
      // RFC 5492 section 4: the same capability again says nothing new.
      if (!capabilities.contains(capability)) {
        capabilities.add(capability);
      }
      at += 2 + length;
    }
    return null;
  }

  private static MessageError unspecific(String detail) {
    return MessageError.reset(NotificationCode.OPEN_UNSPECIFIC, Bytes.EMPTY, detail);
  }

  static void encode(Open open, ByteBuf out) {
    int start = MessageHeader.begin(out, MessageHeader.OPEN);
    out.writeByte(VERSION).writeShort(open.myAs()).writeShort(open.holdTime());
    out.writeInt(open.bgpIdentifier());
    ByteBuf values = out.alloc().buffer();
    try {
      for (Capability capability : open.capabilities()) {
        CapabilityType.encode(capability, values);
      }
      parameter(values, out);
    } finally {
      values.release();
    }
    MessageHeader.end(out, start, BgpMessage.MAX_LENGTH);
  }

  /** One parameter that holds all capabilities. */
  private static void parameter(ByteBuf values, ByteBuf out) {
    int length = values.readableBytes();
    if (length == 0) {
      out.writeByte(0);
    } else if (length + 2 < EXTENDED) {
      out.writeByte(length + 2).writeByte(CAPABILITIES).writeByte(length);
    } else {
      out.writeByte(EXTENDED).writeByte(EXTENDED).writeShort(length + 3);
      out.writeByte(CAPABILITIES).writeShort(length);
    }
    out.writeBytes(values);
  }
}
