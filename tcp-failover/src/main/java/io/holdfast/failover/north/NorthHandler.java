package io.holdfast.failover.north;

import io.holdfast.failover.records.Armed;
import io.holdfast.failover.records.Endpoint;
import io.holdfast.failover.records.ServiceSpec;
import io.netty.buffer.ByteBuf;
import java.net.InetAddress;

/**
 * What speakers say. Called on the server's event-loop thread; implementations publish into the
 * ring (and may block while it is full: the server then reads no more). A {@code channel} is a
 * number from 1 that is never given twice in the life of a server. For one channel the calls come
 * in the order {@code hello}, {@code register}, {@code attach}, anything but these, {@code
 * disconnected}; {@code register} may come again while attached, with a new list of peers.
 */
public interface NorthHandler {

  /**
   * A process with the right credentials has said who it is.
   *
   * @param pid its process id as the kernel gives it (SO_PEERCRED)
   */
  void hello(long channel, String service, String build, int pid);

  void register(long channel, ServiceSpec service);

  /** It wants to be the speaker. Answered by {@link NorthServer#welcome} or a refusal. */
  void attach(long channel);

  /**
   * The heartbeat, each 100 ms.
   *
   * @param position behind the last record that it has folded
   * @param active whether it has folded its own ATTACHED record
   */
  void folded(long channel, long position, boolean active);

  /**
   * Whole application messages.
   *
   * @param sequence from 1 in this attachment, each one more than the last
   * @param last it ends the dialogue on each of its connections
   * @param connections the first {@code count} are meant, 1 to 4,096; valid only during the call
   * @param bytes the messages, from its reader to its writer index, 1 to 65,536 bytes; valid only
   *     during the call, which must leave the indices alone
   */
  void output(
      long channel, long sequence, boolean last, long[] connections, int count, ByteBuf bytes);

  /**
   * Asks for a connection.
   *
   * @param request chosen by the speaker, stands in the OPENED record or in the refusal
   * @param ttl 1 to 255, or 0: the system's default
   */
  void connect(long channel, long request, Endpoint remote, InetAddress localOrWildcard, int ttl);

  void close(long channel, long connection, CloseMode mode);

  void arm(long channel, long connection, Armed armed);

  /** A fact for the log, from reader to writer index; valid only during the call. */
  void note(long channel, ByteBuf bytes);

  /** The channel is gone, or fenced; the last call for it. */
  void disconnected(long channel, String reason);
}
