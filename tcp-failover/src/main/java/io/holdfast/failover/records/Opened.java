package io.holdfast.failover.records;

import io.holdfast.logstore.record.RecordFlyweight;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * OPENED: a connection whose handshake our kernel has seen. Envelope: stream = connection, offset
 * 0.
 *
 * @param service the service that owns it, at most 255 bytes
 * @param active true if we connected, false if we accepted
 * @param connectRequest the request that asked for it, 0 if passive
 * @param iss our initial sequence number (RFC 9293 section 3.4), as a signed 32-bit pattern
 * @param irs the peer's
 */
public record Opened(
    String service,
    Endpoint local,
    Endpoint remote,
    boolean active,
    long connectRequest,
    int iss,
    int irs,
    TcpOptions ours,
    TcpOptions theirs) {

  /** The longest encoding in bytes. */
  public static final int MAX_LENGTH = 1 + 2 * 23 + 2 + 255 + 1 + 8 + 4 + 4 + 2 * 8;

  /**
   * The end points as the key by which the log finds an open stream ({@link
   * io.holdfast.logstore.log.Streams#byEndpoint}); opaque to the log.
   */
  public static byte[] endpointKey(Endpoint local, Endpoint remote) {
    ByteBuffer bytes = ByteBuffer.allocate(2 * 23);
    FieldWriter out = new FieldWriter(bytes, 0);
    local.write(out);
    remote.write(out);
    return Arrays.copyOf(bytes.array(), out.length());
  }

  /** Writes the payload at {@code at}; returns its length in bytes. */
  public int encode(ByteBuffer into, int at) {
    byte[] key = endpointKey(local, remote);
    FieldWriter out = new FieldWriter(into, at).u8(key.length).bytes(key).text(service);
    out.flag(active).i64(connectRequest).i32(iss).i32(irs);
    ours.write(out);
    theirs.write(out);
    return out.length();
  }

  public static Opened decode(RecordFlyweight record, long position) {
    FieldReader in = Payloads.reader(record, position);
    int keyLength = in.u8("length of the end points");
    int before = in.remaining();
    Endpoint local = Endpoint.read(in, "local end point");
    Endpoint remote = Endpoint.read(in, "remote end point");
    if (before - in.remaining() != keyLength) {
      throw in.wrong("length of the end points", "" + (before - in.remaining()), keyLength);
    }
    Opened opened =
        new Opened(
            in.text(255, "service name"),
            local,
            remote,
            in.flag("active"),
            in.i64("connect request"),
            in.i32("initial send sequence number"),
            in.i32("initial receive sequence number"),
            TcpOptions.read(in, "our options"),
            TcpOptions.read(in, "the peer's options"));
    in.finish();
    return opened;
  }
}
