package io.holdfast.failover.north.client;

import io.holdfast.failover.north.CloseMode;
import io.holdfast.failover.records.Armed;
import io.holdfast.failover.records.Endpoint;
import io.holdfast.failover.records.ServiceSpec;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.nio.file.Path;

/**
 * The speaker's end of the north channel. All methods but {@link #open} and {@link #close} belong
 * to the event loop's thread, and throw {@link IllegalStateException} on another. What is sent
 * while there is no attachment (before {@code welcome}, after {@code lost}) is dropped: it would be
 * of an epoch that is over.
 */
public final class NorthClient implements AutoCloseable {

  /**
   * Starts to connect, each 100 ms until failoverd is there; returns at once.
   *
   * @param loop of an epoll group ({@code EpollIoHandler}); it becomes the folding thread
   * @param build what this speaker calls itself, at most 255 bytes
   */
  public static NorthClient open(
      EventLoop loop, Path socket, ServiceSpec service, String build, NorthEvents events) {
    throw new UnsupportedOperationException();
  }

  /** Registers another list of peers or port, from now on (and at each attachment to come). */
  public void register(ServiceSpec service) {}

  /**
   * Sends whole messages to each of these connections, logged once.
   *
   * @param connections 1 to 4,096
   * @param wholeMessages 1 to 65,536 bytes; taken over (released in the end), not copied
   * @param last nothing follows on these connections
   */
  public void send(long[] connections, ByteBuf wholeMessages, boolean last) {}

  /** As above, to one connection. */
  public void send(long connection, ByteBuf wholeMessages, boolean last) {}

  /**
   * Asks for a connection. It comes as an OPENED record that names the request, or as {@link
   * NorthEvents#connectFailed}.
   *
   * @param request chosen by the caller, greater than 0
   * @param local our address, or the wildcard of the family
   * @param ttl 1 to 255, or 0: the system's default
   */
  public void connect(long request, Endpoint remote, InetAddress local, int ttl) {}

  public void close(long connection, CloseMode mode) {}

  /** Tells the stand-in what to do for a connection; {@link Armed#OFF} disarms. */
  public void arm(long connection, Armed armed) {}

  /** Puts a fact of ours into the log, at most 1 MiB; it comes back as a NOTED record. */
  public void note(byte[] bytes) {}

  /** The fold has passed our own ATTACHED record: says so to failoverd at once. */
  public void becameActive() {}

  /** Up to which offset (exclusively) we may send on this connection; 0 if nothing is known. */
  public long credit(long connection) {
    return 0;
  }

  /** Whether an attachment exists (between {@code welcome} and {@code lost}). */
  public boolean attached() {
    return false;
  }

  /** Closes the channel and retries no more; any thread, returns at once. No callback follows. */
  @Override
  public void close() {}
}
