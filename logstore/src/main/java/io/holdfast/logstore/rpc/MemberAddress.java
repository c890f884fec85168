package io.holdfast.logstore.rpc;

/**
 * Where a member of the log is reached. Raft knows it as {@code host:port}.
 *
 * @param id name in the configuration, unique in the group
 * @param host name or address that the member's certificate carries
 * @param port 1 to 65535
 */
public record MemberAddress(String id, String host, int port) {
  public MemberAddress {
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("port " + port + " of member " + id);
    }
  }
}
