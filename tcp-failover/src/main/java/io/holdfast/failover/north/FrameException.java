package io.holdfast.failover.north;

import java.io.Serial;

/** What came over the channel is not the protocol. Costs the channel, and nothing else. */
public final class FrameException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  public FrameException(String message) {
    super(message);
  }
}
