package io.holdfast.bgp.session;

/** What the fold must ask the world for. */
public interface Surroundings {

  /** Microseconds since 1970; never goes back. */
  long micros();

  /**
   * The network of ours that holds this address.
   *
   * @return a packed prefix, or −1 if it is not known
   */
  long network(int localAddress);

  /** Uniformly distributed, 0 (inclusive) to 1 (exclusive): jitter. */
  double random();

  /** There is work for {@link Speaker#turn}. */
  void wake();
}
