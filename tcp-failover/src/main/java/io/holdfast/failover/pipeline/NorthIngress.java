package io.holdfast.failover.pipeline;

import com.lmax.disruptor.RingBuffer;
import io.holdfast.failover.north.CloseMode;
import io.holdfast.failover.north.NorthHandler;
import io.holdfast.failover.records.Armed;
import io.holdfast.failover.records.Endpoint;
import io.holdfast.failover.records.ServiceSpec;
import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Puts what speakers say into the ring; waits while that is full, so that a speaker that says too
 * much is not read. Owned by the north channel's event loop.
 */
final class NorthIngress implements NorthHandler {
  private final RingBuffer<FailoverEvent> ring;
  private final Map<Long, SpeakerIdentity> identities = new HashMap<>();
  private ByteBuffer spare = FailoverEvent.newPayload();

  NorthIngress(RingBuffer<FailoverEvent> ring) {
    this.ring = ring;
  }

  @Override
  public void hello(long channel, String service, String build, int pid) {
    identities.put(channel, new SpeakerIdentity(build, pid));
  }

  @Override
  public void register(long channel, ServiceSpec service) {
    publish(EventType.REGISTER, channel, 0, false, service);
  }

  @Override
  public void attach(long channel) {
    publish(EventType.ATTACH, channel, 0, false, identities.get(channel));
  }

  @Override
  public void folded(long channel, long position, boolean active) {
    publish(EventType.FOLDED, channel, position, active, null);
  }

  @Override
  public void output(
      long channel, long sequence, boolean last, long[] connections, int count, ByteBuf bytes) {
    fill(bytes);
    long slot = ring.next();
    try {
      FailoverEvent event = ring.get(slot);
      event.type = EventType.OUTPUT;
      event.channel = channel;
      event.number = sequence;
      event.flag = last;
      event.targets(connections, count);
      event.length = bytes.readableBytes();
      spare = event.exchange(spare);
    } finally {
      ring.publish(slot);
    }
  }

  @Override
  public void connect(
      long channel, long request, Endpoint remote, InetAddress localOrWildcard, int ttl) {
    publish(
        EventType.CONNECT,
        channel,
        request,
        false,
        new ReleaseStage.ConnectRequest(remote, localOrWildcard, ttl));
  }

  @Override
  public void close(long channel, long connection, CloseMode mode) {
    publish(EventType.CLOSE, channel, connection, mode == CloseMode.ABORT, null);
  }

  @Override
  public void arm(long channel, long connection, Armed armed) {
    publish(EventType.ARM, channel, connection, false, armed);
  }

  @Override
  public void note(long channel, ByteBuf bytes) {
    // A note may be longer than a slot's bytes, and is rare: it gets a buffer of its own.
    ByteBuffer note = ByteBuffer.allocate(bytes.readableBytes());
    bytes.getBytes(bytes.readerIndex(), note);
    publish(EventType.NOTE, channel, 0, false, note.flip());
  }

  @Override
  public void disconnected(long channel, String reason) {
    identities.remove(channel);
    publish(EventType.SPEAKER_GONE, channel, 0, false, null);
  }

  private void fill(ByteBuf bytes) {
    spare
        .clear()
        .position(FailoverEvent.HEADROOM)
        .limit(FailoverEvent.HEADROOM + bytes.readableBytes());
    bytes.getBytes(bytes.readerIndex(), spare);
    spare.clear();
  }

  private void publish(
      EventType type, long channel, long number, boolean flag, @Nullable Object object) {
    long slot = ring.next();
    try {
      FailoverEvent event = ring.get(slot);
      event.type = type;
      event.channel = channel;
      event.number = number;
      event.flag = flag;
      event.object = object;
    } finally {
      ring.publish(slot);
    }
  }
}
