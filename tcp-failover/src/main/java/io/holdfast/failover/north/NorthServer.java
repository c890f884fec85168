package io.holdfast.failover.north;

import io.holdfast.logstore.log.Log;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * failoverd's end of the north channel. Every method may be called from any thread, and none but
 * {@link #open} and {@link #close} waits for anything.
 */
public final class NorthServer implements AutoCloseable {

  /**
   * Binds the socket (replacing a stale one) and starts the event loop.
   *
   * @param socket path, at most 103 bytes; its folder is made (0750) where it is not there
   * @param log where the deliveries are read
   * @param admission who may speak; {@link Admission#standard()} in the daemon
   * @param alarms told one line for each violation of the protocol and each refused process
   * @throws IOException if the path can't be bound
   */
  public static NorthServer open(
      Path socket, Log log, NorthHandler handler, Admission admission, Consumer<String> alarms)
      throws IOException {
    throw new UnsupportedOperationException();
  }

  /**
   * Answers an attach, and starts the delivery from the log.
   *
   * @param replayStart position of the first record to deliver
   * @param attachedAt position of this speaker's own ATTACHED record
   */
  public void welcome(long channel, long epoch, long replayStart, long attachedAt) {}

  /**
   * Allows the speaker to send on a connection.
   *
   * @param offset in our stream, up to which (exclusively) it may send
   */
  public void credit(long channel, long connection, long offset) {}

  /** The connection that was asked for did not come about. */
  public void connectFailed(long channel, long request, String reason) {}

  /** Says why and closes. */
  public void refuse(long channel, String reason) {}

  /** Closes at once; of what still comes nothing is handed on once this has returned. */
  public void fence(long channel, String reason) {}

  /**
   * The log is committed up to here. Cheap: costs a volatile write and a read when nobody is
   * attached or a wake-up is already on its way.
   */
  public void committed(long position) {}

  /** Position behind the last record written to this channel, 0 if there is no such channel. */
  public long delivered(long channel) {
    return 0;
  }

  /** Closes all channels and the socket, removes the file, ends the thread. */
  @Override
  public void close() {}
}
