package io.holdfast.lab.capture;

import java.net.InetSocketAddress;
import java.util.List;

/**
 * One TCP connection: the end that sent the first segment seen is {@code first}.
 *
 * @param first what that end sent
 * @param second what the other end sent
 */
public record TcpConversation(TcpDirection first, TcpDirection second) {

  /** Both directions. */
  public List<TcpDirection> directions() {
    return List.of(first, second);
  }

  /** What an address sent. */
  public TcpDirection from(String address) {
    return first.from().getAddress().getHostAddress().equals(address) ? first : second;
  }

  /** What was sent to an address. */
  public TcpDirection to(String address) {
    return first.from().getAddress().getHostAddress().equals(address) ? second : first;
  }

  /** Whether an address takes part. */
  public boolean involves(String address) {
    return directions().stream()
        .anyMatch(direction -> direction.from().getAddress().getHostAddress().equals(address));
  }

  /** Whether a port takes part. */
  public boolean involvesPort(int port) {
    return directions().stream().anyMatch(direction -> direction.from().getPort() == port);
  }

  boolean isBetween(InetSocketAddress a, InetSocketAddress b) {
    return (first.from().equals(a) && second.from().equals(b))
        || (first.from().equals(b) && second.from().equals(a));
  }

  @Override
  public String toString() {
    return first.from() + " - " + second.from();
  }
}
