package io.holdfast.bgp.wire.attribute;

import io.holdfast.bgp.wire.Bytes;
import io.holdfast.bgp.wire.ErrorAction;
import io.holdfast.bgp.wire.MessageError;
import io.holdfast.bgp.wire.NotificationCode;
import io.holdfast.bgp.wire.attribute.AttributeType.Fault;
import io.holdfast.bgp.wire.nlri.AfiSafi;
import io.holdfast.bgp.wire.nlri.Nlri;
import io.holdfast.bgp.wire.nlri.NlriCodec;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the attribute field of an UPDATE: one pass that judges each attribute by the table; when
 * nothing had to be changed, the octets themselves are the canonical form, otherwise they are put
 * in order by {@link Canonical}.
 */
public final class AttributeDecoder {
  private final byte[] octets;
  private final ByteBuf in;
  private final int base;
  private final boolean fourOctetAs;
  private final boolean internal;

  /** Offsets of the attributes to keep. */
  private int[] kept = new int[16];

  private int keptCount;
  private int count;
  private boolean canonical = true;
  private int previous = -1;
  private final long[] seen = new long[4];

  private Nlri announced = Nlri.EMPTY;
  private Nlri withdrawn = Nlri.EMPTY;
  private int mpNextHop;
  private boolean reach;
  private @Nullable AfiSafi unreach;
  private boolean unreachEmpty;
  private @Nullable List<MessageError> errors;

  private AttributeDecoder(
      ByteBuf in, int index, int length, boolean fourOctetAs, boolean internal) {
    this.in = in;
    this.base = index;
    this.octets = new byte[length];
    this.fourOctetAs = fourOctetAs;
    this.internal = internal;
    in.getBytes(index, octets);
  }

  /**
   * Decodes the attributes in {@code in[index, index + length)}.
   *
   * @param fourOctetAs AS numbers of AS_PATH and AGGREGATOR have four octets
   * @param internal the peer is of our own AS
   * @param nlri whether the message announces prefixes outside MP_REACH_NLRI
   */
  public static DecodedAttributes decode(
      ByteBuf in, int index, int length, boolean fourOctetAs, boolean internal, boolean nlri) {
    AttributeDecoder decoder = new AttributeDecoder(in, index, length, fourOctetAs, internal);
    decoder.walk();
    PathAttributes attributes = decoder.canonicalForm();
    if (nlri || decoder.reach) {
      decoder.demandMandatory(attributes, nlri);
    }
    return decoder.result(attributes, nlri);
  }

  private void walk() {
    int at = 0;
    while (at < octets.length) {
      int left = octets.length - at;
      int header = (octets[at] & AttributeType.EXTENDED_LENGTH) == 0 ? 3 : 4;
      if (left < header || left < header + AttributeList.valueLength(octets, at)) {
        // RFC 7606 section 4: the total length is believed, so the prefixes are still found.
        canonical = false;
        error(
            ErrorAction.TREAT_AS_WITHDRAW,
            NotificationCode.MALFORMED_ATTRIBUTE_LIST,
            left > 1 ? AttributeList.code(octets, at) : -1,
            Bytes.EMPTY,
            "attribute is longer than the field that holds it");
        return;
      }
      count++;
      attribute(at, header, AttributeList.valueLength(octets, at));
      at = AttributeList.next(octets, at);
    }
  }

  private void attribute(int at, int header, int length) {
    int code = AttributeList.code(octets, at);
    long bit = 1L << (code & 63);
    if ((seen[code >>> 6] & bit) != 0) {
      duplicate(at, code);
      return;
    }
    seen[code >>> 6] |= bit;
    AttributeType type = AttributeType.of(code);
    if (type == null) {
      unknown(at, length, code);
      return;
    }
    int flags = octets[at] & (AttributeType.OPTIONAL | AttributeType.TRANSITIVE);
    Fault fault = type.rule().check(octets, at + header, length, fourOctetAs);
    if (type.internalOnly() && !internal) {
      drop();
      error(
          ErrorAction.ATTRIBUTE_DISCARD,
          NotificationCode.OPTIONAL_ATTRIBUTE,
          at,
          type.name() + " from an external peer");
      return;
    }
    if (fault != null) {
      drop();
      error(fault.action(), fault.code(), at, type.name() + ": " + fault.detail());
      if (fault.action() == ErrorAction.SESSION_RESET) {
        return;
      }
    }
    if (flags != type.category().flags()) {
      canonical = false;
      error(
          ErrorAction.TREAT_AS_WITHDRAW,
          NotificationCode.ATTRIBUTE_FLAGS,
          at,
          type.name() + ": flags " + flags);
    }
    if (fault == null) {
      accept(type, at, header, length);
    }
  }

  private void accept(AttributeType type, int at, int header, int length) {
    switch (type.code()) {
      case AttributeType.MP_REACH_NLRI -> {
        drop();
        mpReach(at, at + header, length);
      }
      case AttributeType.MP_UNREACH_NLRI -> {
        drop();
        mpUnreach(at, at + header, length);
      }
      case AttributeType.AS4_PATH, AttributeType.AS4_AGGREGATOR -> {
        drop();
        if (!fourOctetAs) {
          keep(at, type.code());
        }
      }
      case AttributeType.AS_PATH, AttributeType.AGGREGATOR -> {
        canonical &= fourOctetAs || length == 0;
        canonical &= keepsForm(at, length, type.canonicalFlags(octets[at]));
        keep(at, type.code());
      }
      default -> {
        canonical &= keepsForm(at, length, type.canonicalFlags(octets[at]));
        keep(at, type.code());
      }
    }
  }

  /** Whether flags and length field are those of the canonical form. */
  private boolean keepsForm(int at, int length, int flags) {
    int wanted = length > 255 ? flags | AttributeType.EXTENDED_LENGTH : flags;
    return (octets[at] & 0xFF) == wanted;
  }

  private void unknown(int at, int length, int code) {
    int flags = octets[at] & 0xFF;
    if ((flags & AttributeType.OPTIONAL) == 0) {
      drop();
      error(
          ErrorAction.SESSION_RESET,
          NotificationCode.UNRECOGNIZED_WELL_KNOWN,
          at,
          "well-known attribute " + code + " is not known");
    } else if (code == 0) {
      // Reserved by IANA; also, the canonical form begins with ORIGIN.
      drop();
      error(
          ErrorAction.ATTRIBUTE_DISCARD,
          NotificationCode.MALFORMED_ATTRIBUTE_LIST,
          at,
          "attribute 0 is reserved");
    } else if ((flags & AttributeType.TRANSITIVE) == 0) {
      drop();
    } else {
      int wanted = AttributeType.OPTIONAL | AttributeType.TRANSITIVE | AttributeType.PARTIAL;
      canonical &= keepsForm(at, length, wanted);
      keep(at, code);
    }
  }

  /** RFC 7606 section 3, item g. */
  private void duplicate(int at, int code) {
    drop();
    boolean routes = code == AttributeType.MP_REACH_NLRI || code == AttributeType.MP_UNREACH_NLRI;
    error(
        routes ? ErrorAction.SESSION_RESET : ErrorAction.ATTRIBUTE_DISCARD,
        NotificationCode.MALFORMED_ATTRIBUTE_LIST,
        routes ? -1 : at,
        "attribute " + code + " occurs again");
  }

  private void drop() {
    canonical = false;
  }

  private void keep(int at, int code) {
    canonical &= code > previous;
    previous = code;
    if (keptCount == kept.length) {
      kept = Arrays.copyOf(kept, 2 * keptCount);
    }
    kept[keptCount++] = at;
  }

  /** RFC 4760 section 3; other families than ours were not negotiated and are ignored. */
  private void mpReach(int attribute, int at, int length) {
    reach = true;
    if (Octets.getShort(octets, at) != 1 || octets[at + 2] != 1) {
      return;
    }
    int nextHopLength = Octets.unsigned(octets, at + 3);
    if (nextHopLength != 4 || length < 9) {
      routesLost(attribute, "next hop of " + nextHopLength + " octets");
      return;
    }
    mpNextHop = Octets.getInt(octets, at + 4);
    Nlri nlri = NlriCodec.decode(in, base + at + 9, length - 9);
    if (nlri == null) {
      routesLost(attribute, "bad prefix");
      return;
    }
    announced = nlri;
    if (!AttributeRules.isHost(mpNextHop)) {
      error(
          ErrorAction.TREAT_AS_WITHDRAW,
          NotificationCode.INVALID_NEXT_HOP,
          attribute,
          "mp-reach-nlri: not a host address");
    }
  }

  private void mpUnreach(int attribute, int at, int length) {
    AfiSafi family = new AfiSafi(Octets.getShort(octets, at), Octets.unsigned(octets, at + 2));
    unreach = family;
    unreachEmpty = length == 3;
    if (family.equals(AfiSafi.IPV4_UNICAST)) {
      Nlri nlri = NlriCodec.decode(in, base + at + 3, length - 3);
      if (nlri == null) {
        routesLost(attribute, "bad prefix");
      } else {
        withdrawn = nlri;
      }
    }
  }

  /** RFC 7606 sections 5.3 and 7.11. */
  private void routesLost(int attribute, String detail) {
    error(ErrorAction.SESSION_RESET, NotificationCode.OPTIONAL_ATTRIBUTE, attribute, detail);
  }

  private PathAttributes canonicalForm() {
    if (canonical) {
      return new PathAttributes(octets);
    }
    return new PathAttributes(
        Canonical.of(octets, Arrays.copyOf(kept, keptCount), fourOctetAs, mpNextHop));
  }

  /** RFC 7606 section 3, item d. */
  private void demandMandatory(PathAttributes attributes, boolean nlri) {
    demand(attributes, AttributeType.ORIGIN);
    demand(attributes, AttributeType.AS_PATH);
    if (nlri) {
      demand(attributes, AttributeType.NEXT_HOP);
    }
  }

  private void demand(PathAttributes attributes, int code) {
    if ((seen[0] & 1L << code) == 0 && !attributes.has(code)) {
      error(
          ErrorAction.TREAT_AS_WITHDRAW,
          NotificationCode.MISSING_WELL_KNOWN,
          code,
          Bytes.of((byte) code),
          "attribute " + code + " is missing");
    }
  }

  /**
   * RFC 7606 section 5.2: without a reachable prefix there is nothing to withdraw, so a message
   * that carries more than MP_UNREACH_NLRI and an error beyond a discard resets the session.
   */
  private DecodedAttributes result(PathAttributes attributes, boolean nlri) {
    List<MessageError> found = errors == null ? List.of() : errors;
    if (!nlri && !reach && (count > 1 || unreach == null)) {
      found =
          found.stream()
              .map(
                  error ->
                      error.action() == ErrorAction.ATTRIBUTE_DISCARD
                          ? error
                          : error.withAction(ErrorAction.SESSION_RESET))
              .toList();
    }
    return new DecodedAttributes(
        attributes, announced, withdrawn, reach, unreach, unreachEmpty, count, found);
  }

  /** An error about the attribute at {@code at} (−1: none), whose octets are the data. */
  private void error(ErrorAction action, NotificationCode code, int at, String detail) {
    if (at < 0) {
      error(action, code, -1, Bytes.EMPTY, detail);
      return;
    }
    Bytes data = Bytes.copyOf(in, base + at, AttributeList.next(octets, at) - at);
    error(action, code, AttributeList.code(octets, at), data, detail);
  }

  private void error(
      ErrorAction action, NotificationCode code, int attribute, Bytes data, String detail) {
    if (errors == null) {
      errors = new ArrayList<>();
    }
    errors.add(new MessageError(action, code, data, attribute, detail));
  }
}
