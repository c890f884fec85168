package io.holdfast.failover.north;

import io.holdfast.failover.north.FrameType.Limits;
import io.holdfast.failover.records.Armed;
import io.holdfast.failover.records.Endpoint;
import io.holdfast.failover.records.FieldReader;
import io.holdfast.failover.records.FieldWriter;
import io.holdfast.failover.records.RecordFormatException;
import io.holdfast.failover.records.SentFlyweight;
import io.holdfast.failover.records.ServiceSpec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The bytes of the frames. The encoders are static and return a whole frame, length first; the
 * decoders take the body of a frame whose length {@link FrameAssembler} has held against the table,
 * and call one method of a sink, or throw {@link FrameException}. An instance belongs to one thread
 * (it keeps an array for the connections of an OUTPUT, so that the hot path allocates nothing).
 */
public final class NorthCodec {
  /** The version that HELLO names. */
  public static final int PROTOCOL_VERSION = 1;

  /** Length field and type. */
  public static final int HEADER_LENGTH = 5;

  /** Header and position of a RECORDS frame. */
  public static final int RECORDS_HEADER_LENGTH = HEADER_LENGTH + 8;

  /** The most that a RECORDS frame can carry. */
  public static final int MAX_RECORDS = Limits.MAX_FRAME - 1 - 8;

  /** Bytes of messages in one OUTPUT frame. */
  public static final int MAX_OUTPUT = Limits.MAX_OUTPUT;

  /** Bytes of one NOTE frame. */
  public static final int MAX_NOTE = Limits.MAX_NOTE;

  private static final int LAST = 1;

  private long[] connections = new long[16];

  public static ByteBuf hello(ByteBufAllocator alloc, String service, String build) {
    ByteBuffer body = ByteBuffer.allocate(FrameType.HELLO.maxBody());
    int length = new FieldWriter(body, 0).u16(PROTOCOL_VERSION).text(service).text(build).length();
    return frame(alloc, FrameType.HELLO, body, length);
  }

  public static ByteBuf register(ByteBufAllocator alloc, ServiceSpec service) {
    ByteBuffer body = ByteBuffer.allocate(6 + ServiceSpec.MAX_NAME + service.peers().size() * 42);
    return frame(alloc, FrameType.REGISTER, body, service.encode(body, 0));
  }

  public static ByteBuf attach(ByteBufAllocator alloc) {
    return header(alloc, FrameType.ATTACH, 0);
  }

  public static ByteBuf folded(ByteBufAllocator alloc, long position, boolean active) {
    return header(alloc, FrameType.FOLDED, 9).writeLong(position).writeByte(active ? 1 : 0);
  }

  /** All of an OUTPUT frame but its messages, {@code length} bytes of which must follow. */
  public static ByteBuf outputHeader(
      ByteBufAllocator alloc, long sequence, boolean last, long[] connections, int length) {
    if (connections.length < 1 || connections.length > SentFlyweight.MAX_TARGETS) {
      throw new IllegalArgumentException(connections.length + " connections");
    }
    ByteBuf frame = outputHeader(alloc, sequence, last, connections.length, length);
    for (long connection : connections) {
      frame.writeLong(connection);
    }
    return frame;
  }

  /** As above, for one connection. */
  public static ByteBuf outputHeader(
      ByteBufAllocator alloc, long sequence, boolean last, long connection, int length) {
    return outputHeader(alloc, sequence, last, 1, length).writeLong(connection);
  }

  private static ByteBuf outputHeader(
      ByteBufAllocator alloc, long sequence, boolean last, int count, int length) {
    if (length < 1 || length > MAX_OUTPUT) {
      throw new IllegalArgumentException(length + " bytes of output, 1 to " + MAX_OUTPUT);
    }
    int inFront = 11 + 8 * count;
    ByteBuf frame = alloc.directBuffer(HEADER_LENGTH + inFront);
    frame.writeInt(1 + inFront + length).writeByte(FrameType.OUTPUT.code());
    return frame.writeLong(sequence).writeByte(last ? LAST : 0).writeShort(count);
  }

  public static ByteBuf connect(
      ByteBufAllocator alloc, long request, Endpoint remote, InetAddress local, int ttl) {
    ByteBuffer body = ByteBuffer.allocate(FrameType.CONNECT.maxBody());
    FieldWriter out = new FieldWriter(body, 0).i64(request);
    Endpoint.write(out, remote);
    return frame(alloc, FrameType.CONNECT, body, out.address(local).u16(ttl).length());
  }

  public static ByteBuf close(ByteBufAllocator alloc, long connection, CloseMode mode) {
    return header(alloc, FrameType.CLOSE, 9).writeLong(connection).writeByte(mode.code());
  }

  public static ByteBuf arm(ByteBufAllocator alloc, long connection, Armed armed) {
    ByteBuffer body = ByteBuffer.allocate(FrameType.ARM.maxBody());
    body.putLong(0, connection);
    return frame(alloc, FrameType.ARM, body, 8 + armed.encode(body, 8));
  }

  public static ByteBuf note(ByteBufAllocator alloc, byte[] bytes) {
    if (bytes.length > MAX_NOTE) {
      throw new IllegalArgumentException(bytes.length + " bytes of note, at most " + MAX_NOTE);
    }
    return header(alloc, FrameType.NOTE, bytes.length).writeBytes(bytes);
  }

  public static ByteBuf welcome(
      ByteBufAllocator alloc, long epoch, long replayStart, long attachedAt) {
    return header(alloc, FrameType.WELCOME, 24)
        .writeLong(epoch)
        .writeLong(replayStart)
        .writeLong(attachedAt);
  }

  /**
   * Puts the header of a RECORDS frame at index 0 of a buffer in which {@code length} bytes of
   * records stand at index {@link #RECORDS_HEADER_LENGTH}.
   */
  static void recordsHeader(ByteBuf frame, long position, int length) {
    frame.setInt(0, 1 + 8 + length);
    frame.setByte(4, FrameType.RECORDS.code());
    frame.setLong(HEADER_LENGTH, position);
    frame.setIndex(0, RECORDS_HEADER_LENGTH + length);
  }

  public static ByteBuf credit(ByteBufAllocator alloc, long connection, long offset) {
    return header(alloc, FrameType.CREDIT, 16).writeLong(connection).writeLong(offset);
  }

  public static ByteBuf connectFailed(ByteBufAllocator alloc, long request, String reason) {
    byte[] text = reason(reason);
    return header(alloc, FrameType.CONNECT_FAILED, 10 + text.length)
        .writeLong(request)
        .writeShort(text.length)
        .writeBytes(text);
  }

  public static ByteBuf refused(ByteBufAllocator alloc, String reason) {
    byte[] text = reason(reason);
    return header(alloc, FrameType.REFUSED, 2 + text.length)
        .writeShort(text.length)
        .writeBytes(text);
  }

  /** Decodes a frame of a speaker. */
  public void decode(FrameType type, ByteBuf body, SpeakerFrames sink) {
    switch (type) {
      case HELLO -> {
        FieldReader in = reader(type, body);
        // A later version may say more behind its number; only the number is for everybody.
        int version = in.u16("protocol version");
        if (version != PROTOCOL_VERSION) {
          throw new FrameException(
              "protocol version " + version + ", this failoverd speaks " + PROTOCOL_VERSION);
        }
        String service = in.text(255, "service name");
        String build = in.text(255, "build");
        in.finish();
        sink.hello(version, service, build);
      }
      case REGISTER -> sink.register(ServiceSpec.read(reader(type, body)));
      case ATTACH -> sink.attach();
      case FOLDED -> sink.folded(body.readLong(), flag(type, body.readUnsignedByte()));
      case OUTPUT -> output(body, sink);
      case CONNECT -> connect(reader(type, body), sink);
      case CLOSE -> {
        long connection = body.readLong();
        sink.close(connection, CloseMode.of(body.readUnsignedByte()));
      }
      case ARM -> {
        FieldReader in = reader(type, body);
        sink.arm(in.i64("connection"), Armed.read(in));
      }
      case NOTE -> sink.note(body);
      case WELCOME, RECORDS, CREDIT, CONNECT_FAILED, REFUSED ->
          throw new FrameException(type + " is not for a speaker to send");
    }
  }

  /** Decodes a frame of failoverd. */
  public void decode(FrameType type, ByteBuf body, FailoverFrames sink) {
    switch (type) {
      case WELCOME -> sink.welcome(body.readLong(), body.readLong(), body.readLong());
      case RECORDS -> sink.records(body.readLong(), body);
      case CREDIT -> sink.credit(body.readLong(), body.readLong());
      case CONNECT_FAILED -> {
        FieldReader in = reader(type, body);
        long request = in.i64("request");
        String reason = in.text(Limits.MAX_REASON, "reason");
        in.finish();
        sink.connectFailed(request, reason);
      }
      case REFUSED -> {
        FieldReader in = reader(type, body);
        String reason = in.text(Limits.MAX_REASON, "reason");
        in.finish();
        sink.refused(reason);
      }
      case HELLO, REGISTER, ATTACH, FOLDED, OUTPUT, CONNECT, CLOSE, ARM, NOTE ->
          throw new FrameException(type + " is not for failoverd to send");
    }
  }

  private void output(ByteBuf body, SpeakerFrames sink) {
    long sequence = body.readLong();
    boolean last = flag(FrameType.OUTPUT, body.readUnsignedByte());
    int count = body.readUnsignedShort();
    int length = body.readableBytes() - 8 * count;
    if (count < 1 || count > SentFlyweight.MAX_TARGETS || length < 1 || length > MAX_OUTPUT) {
      throw new FrameException(
          "OUTPUT " + sequence + ": " + count + " connections, " + length + " bytes");
    }
    if (count > connections.length) {
      connections = new long[count];
    }
    for (int i = 0; i < count; i++) {
      connections[i] = body.readLong();
    }
    sink.output(sequence, last, connections, count, body);
  }

  private static void connect(FieldReader in, SpeakerFrames sink) {
    long request = in.i64("request");
    Endpoint remote = Endpoint.read(in, "remote end point");
    InetAddress local = in.address("local address");
    int ttl = in.u16("TTL");
    if (ttl > 255) {
      throw in.wrong("TTL", "0 to 255", ttl);
    }
    in.finish();
    if (local.getAddress().length != remote.address().getAddress().length) {
      throw new FrameException("CONNECT from " + local + " to " + remote + ": two families");
    }
    sink.connect(request, remote, local, ttl);
  }

  private static boolean flag(FrameType type, int value) {
    if (value > 1) {
      throw new FrameException(type + ": flags " + value);
    }
    return value == 1;
  }

  private static FieldReader reader(FrameType type, ByteBuf body) {
    ByteBuffer bytes = body.nioBuffer();
    return new FieldReader(bytes, bytes.position(), bytes.remaining(), type + " frame");
  }

  private static ByteBuf header(ByteBufAllocator alloc, FrameType type, int body) {
    return alloc.directBuffer(HEADER_LENGTH + body).writeInt(1 + body).writeByte(type.code());
  }

  private static ByteBuf frame(
      ByteBufAllocator alloc, FrameType type, ByteBuffer body, int length) {
    if (length > type.maxBody()) {
      throw new IllegalArgumentException(type + " of " + length + " bytes");
    }
    return header(alloc, type, length).writeBytes(body.slice(0, length));
  }

  /** The text as UTF-8, cut at a character's end where it is too long. */
  private static byte[] reason(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int end = bytes.length;
    if (end > Limits.MAX_REASON) {
      end = Limits.MAX_REASON;
      while ((bytes[end] & 0xc0) == 0x80) {
        end--;
      }
    }
    return Arrays.copyOf(bytes, end);
  }

  /** What a decoder throws for bytes that are not the protocol. */
  static boolean isViolation(RuntimeException e) {
    return e instanceof FrameException || e instanceof RecordFormatException;
  }
}
