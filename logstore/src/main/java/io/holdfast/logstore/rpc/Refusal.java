package io.holdfast.logstore.rpc;

import java.util.EnumSet;
import java.util.Set;

/** Why a connection is not wanted. The text is what the log says of the peer. */
enum Refusal {
  NO_TLS("does not speak TLS"),
  OLD_TLS("does not speak TLS 1.3"),
  NO_CERTIFICATE("shows no certificate"),
  FOREIGN_CERTIFICATE("has a certificate that our authority did not sign, or not for this use"),
  OUTDATED_CERTIFICATE("has a certificate that is not valid at this time"),
  OTHER_NAME("has a certificate that does not name the host"),
  REFUSES_US("refuses our side of TLS"),
  ALTERED("sent bytes that are not what was encrypted: altered, replayed or reordered"),
  TLS_FAILED("failed in TLS"),
  TOO_MANY("came while too many others were on their way to a hello"),
  NO_HELLO("sent no hello in time"),
  FIRST_NOT_HELLO("began with something else than a hello"),
  HELLO_REFUSED("has a hello that is not accepted"),
  HELLO_NOT_ACCEPTED("does not accept our hello"),
  FRAME_LENGTH("sent a frame of a length that is not allowed"),
  UNKNOWN_TYPE("sent a frame of a type that is not allowed"),
  BAD_MESSAGE("sent a message that cannot be decoded"),
  NOT_PERMITTED("asks for what it may not"),
  HALF_FRAME("stopped in the middle of a frame"),
  DOES_NOT_READ("does not read its answers");

  private static final Set<Refusal> OF_A_GREETED_PEER =
      EnumSet.of(
          ALTERED,
          FRAME_LENGTH,
          UNKNOWN_TYPE,
          BAD_MESSAGE,
          NOT_PERMITTED,
          HALF_FRAME,
          DOES_NOT_READ);

  private final String text;

  Refusal(String text) {
    this.text = text;
  }

  /** Whether it keeps a peer from a hello, so that a hello shows it is overcome. */
  boolean preventsHello() {
    return !OF_A_GREETED_PEER.contains(this);
  }

  String text() {
    return text;
  }
}
