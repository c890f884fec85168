package io.holdfast.failover.pipeline;

import com.lmax.disruptor.RingBuffer;
import io.holdfast.failover.connection.Connection;
import io.holdfast.failover.linux.SegmentHandler;
import io.holdfast.failover.packet.IpFlyweight;
import io.holdfast.failover.packet.TcpFlyweight;
import io.holdfast.failover.packet.TcpOptionsFlyweight;
import java.nio.ByteBuffer;

/**
 * Turns an intercepted segment into an event: header fields only, no byte of a payload is looked
 * at. What is no whole TCP header is given to the pipeline as a segment to be dropped. Waits while
 * the ring is full; then the kernel's queue fills, and nothing is lost. Owned by the io agent.
 */
final class SegmentReader implements SegmentHandler {
  private final RingBuffer<FailoverEvent> ring;
  private final IpFlyweight ip = new IpFlyweight();
  private final TcpFlyweight tcp = new TcpFlyweight();
  private final TcpOptionsFlyweight options = new TcpOptionsFlyweight();

  SegmentReader(RingBuffer<FailoverEvent> ring) {
    this.ring = ring;
  }

  @Override
  public void packet(
      int id, int hook, ByteBuffer view, int at, int capturedLength, int fullLength, int skbInfo) {
    boolean whole =
        ip.wrap(view, at, capturedLength, fullLength) && tcp.wrap(view, at, capturedLength, ip);
    long slot = ring.next();
    try {
      FailoverEvent event = ring.get(slot);
      event.type = EventType.SEGMENT;
      event.packetId = id;
      event.inbound = hook != HOOK_OUTPUT;
      event.flag = whole;
      if (whole) {
        describe(event, view);
      }
    } finally {
      ring.publish(slot);
    }
  }

  private void describe(FailoverEvent event, ByteBuffer view) {
    if (event.inbound) {
      event.key.set(
          ip.destinationHigh(),
          ip.destinationLow(),
          tcp.destinationPort(),
          ip.sourceHigh(),
          ip.sourceLow(),
          tcp.sourcePort());
    } else {
      event.key.set(
          ip.sourceHigh(),
          ip.sourceLow(),
          tcp.sourcePort(),
          ip.destinationHigh(),
          ip.destinationLow(),
          tcp.destinationPort());
    }
    event.flags = tcp.flags();
    event.sequence = tcp.sequence();
    event.end = tcp.sequence() + tcp.payloadLength();
    event.acknowledgment = tcp.ackNumber();
    if ((event.flags & Connection.SYN) != 0) {
      options.wrap(view, tcp);
      event.mss = options.mss();
      event.windowScale = options.windowScale();
      event.sackPermitted = options.sackPermitted();
      event.timestamps = options.timestamps();
      event.timestampValue = options.timestamps() ? options.tsVal() : 0;
    }
  }
}
