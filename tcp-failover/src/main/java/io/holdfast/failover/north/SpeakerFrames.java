package io.holdfast.failover.north;

import io.holdfast.failover.records.Armed;
import io.holdfast.failover.records.Endpoint;
import io.holdfast.failover.records.ServiceSpec;
import io.netty.buffer.ByteBuf;
import java.net.InetAddress;

/** The frames that a speaker sends, decoded: one method for each, fields in the frame's order. */
public interface SpeakerFrames {
  void hello(int protocolVersion, String service, String build);

  void register(ServiceSpec service);

  void attach();

  void folded(long position, boolean active);

  /** Array and buffer are the decoder's, valid only during the call. */
  void output(long sequence, boolean last, long[] connections, int count, ByteBuf bytes);

  void connect(long request, Endpoint remote, InetAddress localOrWildcard, int ttl);

  void close(long connection, CloseMode mode);

  void arm(long connection, Armed armed);

  /** The buffer is the decoder's, valid only during the call. */
  void note(ByteBuf bytes);
}
