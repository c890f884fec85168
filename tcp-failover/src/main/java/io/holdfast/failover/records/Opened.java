package io.holdfast.failover.records;

import io.holdfast.logstore.record.RecordFlyweight;
import java.nio.ByteBuffer;

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
  public static final int MAX_LENGTH = 2 + 255 + 2 * 23 + 1 + 8 + 4 + 4 + 2 * 8;

  /** Writes the payload at {@code at}; returns its length in bytes. */
  public int encode(ByteBuffer into, int at) {
    FieldWriter out = new FieldWriter(into, at).text(service);
    local.write(out);
    remote.write(out);
    out.flag(active).i64(connectRequest).i32(iss).i32(irs);
    ours.write(out);
    theirs.write(out);
    return out.length();
  }

  public static Opened decode(RecordFlyweight record, long position) {
    FieldReader in = Payloads.reader(record, position);
    Opened opened =
        new Opened(
            in.text(255, "service name"),
            Endpoint.read(in, "local end point"),
            Endpoint.read(in, "remote end point"),
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
