package io.holdfast.bgp.wire.message;

/**
 * What was negotiated, or is known of the peer, and changes how messages are read and written.
 *
 * @param fourOctetAs both sides sent the four-octet capability (RFC 6793)
 * @param internal the peer is of our own AS: LOCAL_PREF, ORIGINATOR_ID and CLUSTER_LIST count
 * @param maxLength longest message, 4096 unless extended
 */
public record SessionOptions(boolean fourOctetAs, boolean internal, int maxLength) {
  /** For the time before the OPENs are exchanged. */
  public static final SessionOptions INITIAL =
      new SessionOptions(false, false, BgpMessage.MAX_LENGTH);

  /** With messages of ordinary length. */
  public static SessionOptions of(boolean fourOctetAs, boolean internal) {
    return new SessionOptions(fourOctetAs, internal, BgpMessage.MAX_LENGTH);
  }
}
