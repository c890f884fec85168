package io.holdfast.logstore.rpc;

import java.time.Duration;

/**
 * What a transport allows.
 *
 * @param helloFrame longest frame before the hello is done, in bytes
 * @param frame longest frame after it, in bytes
 * @param unsent bytes kept for a peer that does not read; beyond it calls fail
 * @param inHand bytes of requests that processors may have in hand before the connection is read on
 * @param waiting accepted connections on their way to a hello
 * @param greeting time that a connection has from the first byte to the end of the hello
 * @param silence time without a byte in the middle of a frame
 */
record Limits(
    int helloFrame,
    int frame,
    long unsent,
    long inHand,
    int waiting,
    Duration greeting,
    Duration silence) {

  static Limits defaults() {
    return new Limits(
        64 << 10, 20 << 20, 16 << 20, 32 << 20, 64, Duration.ofSeconds(5), Duration.ofSeconds(10));
  }
}
