package io.holdfast.failover.pipeline;

import io.holdfast.failover.connection.Connection;
import io.holdfast.failover.records.Endpoint;
import io.holdfast.failover.records.ServiceSpec;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What the pipeline asks of whoever owns the descriptors. Only {@link #write} and {@link
 * #shutdownWrite} act at once (on the caller's thread: a descriptor is closed by command only, so
 * it can't vanish under them); the others are done soon after, in order, on the io agent's thread.
 */
interface SocketCommands {
  /** Bytes taken (0 or more), or minus the errno. */
  int write(int fd, ByteBuffer from, int index, int length);

  void shutdownWrite(int fd);

  /** From now on bytes, end and errors of this socket become events of the connection. */
  void startReading(Connection connection, int fd);

  /** One ROOM event, as soon as the socket can take bytes. */
  void awaitRoom(int fd);

  /** A write failed: an event says so, in order with what was read before. */
  void reportError(int fd, int errno);

  /**
   * With {@code reset} the peer gets an RST; without, what is queued is still delivered.
   *
   * @param connection for which a DEPARTED event is to follow, if any
   */
  void close(int fd, boolean reset, @Nullable Connection connection);

  void connect(long request, Endpoint remote, InetAddress local, int ttl);

  /** Rules and listeners for this service; what it had before is replaced. */
  void serve(ServiceSpec service);

  /** Bytes that the socket took and the peer has not acknowledged, or minus the errno. */
  int unacknowledged(int fd);

  /** Bytes that the peer may send beyond what has come, 0 where that is not known. */
  int receiveWindow(int fd);

  /** A connection of an earlier failoverd is over before it has a socket again. */
  void abandonRestore(Connection connection);

  /** Stops or resumes the reading of all sockets: only while the log does not keep up. */
  void pauseReading(boolean paused);
}
