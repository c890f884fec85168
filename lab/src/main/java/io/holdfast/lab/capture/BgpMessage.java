package io.holdfast.lab.capture;

import java.util.List;

/**
 * A BGP message as the oracle sees it (RFC 4271 section 4.1).
 *
 * @param micros when its last byte was first seen
 * @param offset where it begins in its stream
 * @param length its length, 19 to 65535
 * @param type 1 OPEN, 2 UPDATE, 3 NOTIFICATION, 4 KEEPALIVE, 5 ROUTE-REFRESH
 * @param announced the IPv4 prefixes that an UPDATE announces
 * @param withdrawn the IPv4 prefixes that it withdraws
 * @param detail code and subcode of a NOTIFICATION as {@code 6/2}, else empty
 */
public record BgpMessage(
    long micros,
    long offset,
    int length,
    int type,
    List<String> announced,
    List<String> withdrawn,
    String detail) {

  public static final int OPEN = 1;
  public static final int UPDATE = 2;
  public static final int NOTIFICATION = 3;
  public static final int KEEPALIVE = 4;
  public static final int ROUTE_REFRESH = 5;

  /** Whether it is an UPDATE that says nothing: the End-of-RIB of RFC 4724 section 2. */
  public boolean isEndOfRib() {
    return type == UPDATE && announced.isEmpty() && withdrawn.isEmpty() && length == 23;
  }
}
