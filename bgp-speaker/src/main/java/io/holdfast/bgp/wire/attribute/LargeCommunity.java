package io.holdfast.bgp.wire.attribute;

/** A large community, RFC 8092; each part is 0–4294967295. */
public record LargeCommunity(long globalAdministrator, long localData1, long localData2) {
  @Override
  public String toString() {
    return globalAdministrator + ":" + localData1 + ":" + localData2;
  }
}
