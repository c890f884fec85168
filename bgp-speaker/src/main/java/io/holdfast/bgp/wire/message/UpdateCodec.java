package io.holdfast.bgp.wire.message;

import io.holdfast.bgp.wire.Bytes;
import io.holdfast.bgp.wire.ErrorAction;
import io.holdfast.bgp.wire.MessageError;
import io.holdfast.bgp.wire.NotificationCode;
import io.holdfast.bgp.wire.attribute.AttributeDecoder;
import io.holdfast.bgp.wire.attribute.DecodedAttributes;
import io.holdfast.bgp.wire.attribute.PathAttributes;
import io.holdfast.bgp.wire.nlri.AfiSafi;
import io.holdfast.bgp.wire.nlri.Nlri;
import io.holdfast.bgp.wire.nlri.NlriCodec;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** The body of an UPDATE, RFC 4271 section 4.3, with the error handling of RFC 7606. */
final class UpdateCodec {
  private UpdateCodec() {}

  static Decoded decode(ByteBuf in, int body, int end, SessionOptions options) {
    int withdrawnLength = in.getUnsignedShort(body);
    int attributesAt = body + 2 + withdrawnLength;
    if (attributesAt + 2 > end) {
      return malformed("withdrawn routes of " + withdrawnLength + " octets");
    }
    int attributesLength = in.getUnsignedShort(attributesAt);
    int nlriAt = attributesAt + 2 + attributesLength;
    if (nlriAt > end) {
      return malformed("path attributes of " + attributesLength + " octets");
    }
    Nlri withdrawn = NlriCodec.decode(in, body + 2, withdrawnLength);
    Nlri announced = NlriCodec.decode(in, nlriAt, end - nlriAt);
    if (withdrawn == null || announced == null) {
      return new Malformed(
          MessageError.reset(NotificationCode.INVALID_NETWORK_FIELD, Bytes.EMPTY, "bad prefix"));
    }
    if (attributesLength == 0 && announced.isEmpty()) {
      return withdrawn.isEmpty() ? Update.END_OF_RIB : Update.withdraw(withdrawn);
    }
    DecodedAttributes decoded =
        AttributeDecoder.decode(
            in,
            attributesAt + 2,
            attributesLength,
            options.fourOctetAs(),
            options.internal(),
            !announced.isEmpty());
    return judged(withdrawn, announced, decoded);
  }

  private static Malformed malformed(String detail) {
    return new Malformed(
        MessageError.reset(NotificationCode.MALFORMED_ATTRIBUTE_LIST, Bytes.EMPTY, detail));
  }

  /** Gives the errors their effect. */
  private static Decoded judged(Nlri withdrawn, Nlri announced, DecodedAttributes decoded) {
    Nlri feasible = announced.concat(decoded.announced());
    Nlri gone = withdrawn.concat(decoded.withdrawn());
    MessageError strongest = MessageError.strongest(decoded.errors());
    if (strongest == null || strongest.action() == ErrorAction.ATTRIBUTE_DISCARD) {
      PathAttributes attributes = feasible.isEmpty() ? null : decoded.attributes();
      AfiSafi endOfRib = withdrawn.isEmpty() && announced.isEmpty() ? endOfRib(decoded) : null;
      return new Update(gone, attributes, feasible, endOfRib, decoded.errors());
    }
    return strongest.action() == ErrorAction.TREAT_AS_WITHDRAW
        ? new Update(gone.concat(feasible), null, Nlri.EMPTY, null, decoded.errors())
        : new Malformed(strongest);
  }

  /** RFC 4724 section 2: nothing but an MP_UNREACH_NLRI without prefixes. */
  private static @Nullable AfiSafi endOfRib(DecodedAttributes decoded) {
    return decoded.count() == 1 && decoded.unreachEmpty() ? decoded.unreach() : null;
  }

  static void encode(Update update, SessionOptions options, ByteBuf out) {
    int start = MessageHeader.begin(out, MessageHeader.UPDATE);
    AfiSafi endOfRib = update.endOfRib();
    int withdrawnAt = out.writerIndex();
    out.writeShort(0);
    NlriCodec.encode(update.withdrawn(), out);
    int attributesAt = out.writerIndex();
    out.setShort(withdrawnAt, attributesAt - withdrawnAt - 2);
    out.writeShort(0);
    PathAttributes attributes = update.attributes();
    if (attributes != null) {
      attributes.encode(options.fourOctetAs(), out);
    } else if (endOfRib != null && !endOfRib.equals(AfiSafi.IPV4_UNICAST)) {
      out.writeByte(0x80).writeByte(15).writeByte(3);
      out.writeShort(endOfRib.afi()).writeByte(endOfRib.safi());
    }
    out.setShort(attributesAt, out.writerIndex() - attributesAt - 2);
    NlriCodec.encode(update.announced(), out);
    MessageHeader.end(out, start, options.maxLength());
  }
}
