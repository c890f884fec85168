package io.holdfast.failover.records;

import io.holdfast.logstore.record.RecordFlyweight;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * REGISTERED: what a service wants protected.
 *
 * @param name at most {@value #MAX_NAME} bytes of UTF-8
 * @param port to listen on, 0: none, 1 to 65,535
 * @param peers at most {@value #MAX_PEERS}; others are not listened to
 */
public record ServiceSpec(String name, int port, List<PeerSpec> peers) {
  public static final int MAX_NAME = 255;
  public static final int MAX_PEERS = 8_192;

  /** The longest encoding in bytes. */
  public static final int MAX_LENGTH = 2 + MAX_NAME + 2 + 2 + MAX_PEERS * 44;

  public ServiceSpec {
    if (port < 0 || port > 0xffff) {
      throw new IllegalArgumentException("port " + port);
    }
    if (peers.size() > MAX_PEERS) {
      throw new IllegalArgumentException(peers.size() + " peers, at most " + MAX_PEERS);
    }
    peers = List.copyOf(peers);
  }

  /** Writes the payload at {@code at}; returns its length in bytes. */
  public int encode(ByteBuffer into, int at) {
    FieldWriter out = new FieldWriter(into, at).text(name).u16(port).u16(peers.size());
    for (PeerSpec peer : peers) {
      out.address(peer.remote()).address(peer.local()).u16(peer.port());
    }
    return out.length();
  }

  public static ServiceSpec decode(RecordFlyweight record, long position) {
    return read(Payloads.reader(record, position));
  }

  /** Reads one that fills the rest of a record or of a frame. */
  public static ServiceSpec read(FieldReader in) {
    String name = in.text(MAX_NAME, "service name");
    int port = in.u16("port");
    int count = in.u16("number of peers");
    if (count > MAX_PEERS) {
      throw in.wrong("number of peers", "at most " + MAX_PEERS, count);
    }
    List<PeerSpec> peers = new ArrayList<>(Math.min(count, 64));
    for (int i = 0; i < count; i++) {
      peers.add(
          new PeerSpec(in.address("remote address"), in.address("local address"), in.u16("port")));
    }
    in.finish();
    return new ServiceSpec(name, port, peers);
  }
}
