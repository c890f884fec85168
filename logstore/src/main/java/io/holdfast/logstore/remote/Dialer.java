package io.holdfast.logstore.remote;

import io.holdfast.logstore.config.HostPort;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** How a client gets connections to members; tests put their own in its place. */
@FunctionalInterface
interface Dialer {

  /** A connection. Thread-safe. */
  interface Wire extends AutoCloseable {
    /**
     * Sends a request; requests leave in the order of the calls. The future always completes, with
     * an exception at the latest when the connection is closed or the time is up.
     */
    CompletableFuture<ByteBuf> call(int type, ByteBuf body, Duration timeout);

    @Override
    void close();
  }

  /**
   * Connects.
   *
   * @param closed run when a connection that stood is closed, on any thread
   */
  CompletableFuture<Wire> dial(HostPort server, Runnable closed);
}
