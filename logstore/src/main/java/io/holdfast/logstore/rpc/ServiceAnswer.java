package io.holdfast.logstore.rpc;

import io.netty.buffer.ByteBuf;

/** Where the answer to one request goes. Thread-safe; to be used once. */
@FunctionalInterface
public interface ServiceAnswer {

  /**
   * Answers.
   *
   * @param body released by the callee
   * @return false if it will not arrive: the peer is gone, or does not read what it is sent and is
   *     therefore closed
   */
  boolean send(ByteBuf body);
}
