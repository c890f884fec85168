package io.holdfast.lab.failover;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** The peer's end of a {@link Dialogue}: sends its half, and looks at every byte that comes. */
final class PatternPeer implements AutoCloseable {
  private static final int BLOCK = 32 * 1024;

  private final SocketChannel socket;
  private final Dialogue dialogue;
  private final int port;
  private volatile long written;
  private volatile long read;
  private volatile boolean complete;
  private volatile boolean ended;
  private volatile @Nullable String failure;

  /** Heartbeats and farewells, in their order. */
  final List<String> messages = new CopyOnWriteArrayList<>();

  private PatternPeer(SocketChannel socket, Dialogue dialogue) {
    this.socket = socket;
    this.port = socket.socket().getLocalPort();
    this.dialogue = dialogue;
  }

  static PatternPeer begin(SocketChannel connected, Dialogue dialogue) {
    PatternPeer peer = new PatternPeer(connected, dialogue);
    Thread.ofPlatform().daemon().name("peer-writes").start(() -> peer.guarded(peer::writeAll));
    Thread.ofPlatform().daemon().name("peer-reads").start(() -> peer.guarded(peer::readAll));
    return peer;
  }

  private interface Half {
    void run() throws IOException;
  }

  private void guarded(Half half) {
    try {
      half.run();
    } catch (IOException | RuntimeException e) {
      if (failure == null) {
        failure = e.toString();
      }
    }
  }

  private void writeAll() throws IOException {
    ByteBuffer head = ByteBuffer.wrap(dialogue.encoded());
    while (head.hasRemaining()) {
      socket.write(head);
    }
    while (written < dialogue.upLength()) {
      int n = (int) Math.min(BLOCK, dialogue.upLength() - written);
      ByteBuffer block = ByteBuffer.wrap(Pattern.bytes(dialogue.upSeed(), written, n));
      while (block.hasRemaining()) {
        written += socket.write(block);
      }
    }
  }

  private void readAll() throws IOException {
    ByteBuffer in = ByteBuffer.allocate(4 * BLOCK);
    while (socket.read(in) >= 0) {
      in.flip();
      while (in.remaining() >= Dialogue.UNIT) {
        unit(in);
      }
      in.compact();
    }
    if (in.position() > 0 && failure == null) {
      failure = "the stream ended inside a message";
    }
    ended = true;
  }

  /** One message's unit, or as many of the pattern as there are. */
  private void unit(ByteBuffer in) throws IOException {
    byte[] unit = new byte[Dialogue.UNIT];
    in.get(in.position(), unit);
    String text = new String(unit, StandardCharsets.ISO_8859_1);
    if (text.equals(Dialogue.HEARTBEAT)
        || text.equals(Dialogue.SILENT)
        || text.equals(Dialogue.LIMIT)) {
      messages.add(text);
      in.position(in.position() + Dialogue.UNIT);
    } else if (read < dialogue.downLength()) {
      int n = dialogue.armed() ? Dialogue.UNIT : whole(in);
      compare(in, Pattern.bytes(dialogue.downSeed(), read, n));
    } else {
      int at = (int) (read - dialogue.downLength());
      byte[] digest = digest();
      compare(in, Arrays.copyOfRange(digest, at, at + Dialogue.UNIT));
      complete = at + Dialogue.UNIT == digest.length;
    }
  }

  private int whole(ByteBuffer in) {
    int n = (int) Math.min(in.remaining(), dialogue.downLength() - read);
    return n / Dialogue.UNIT * Dialogue.UNIT;
  }

  private void compare(ByteBuffer in, byte[] expected) throws IOException {
    byte[] got = new byte[expected.length];
    in.get(got);
    int mismatch = Arrays.mismatch(got, expected);
    if (mismatch >= 0) {
      throw new IOException("byte " + (read + mismatch) + " is not the right one");
    }
    read += got.length;
  }

  private byte[] digest() {
    MessageDigest digest = Pattern.digest();
    for (long at = 0; at < dialogue.upLength(); at += BLOCK) {
      int n = (int) Math.min(BLOCK, dialogue.upLength() - at);
      digest.update(Pattern.bytes(dialogue.upSeed(), at, n));
    }
    return digest.digest();
  }

  /** Bytes of the pattern that the kernel took. */
  long written() {
    return written;
  }

  /** Right bytes of the pattern and the digest that came. */
  long read() {
    return read;
  }

  /** All that was asked for has come, and the service got all that was sent. */
  boolean isComplete() {
    String wrong = failure;
    if (wrong != null) {
      throw new AssertionError(wrong);
    }
    return complete;
  }

  /** The service has ended its direction, in order. */
  boolean isEnded() {
    return ended;
  }

  @Nullable String failure() {
    return failure;
  }

  /** Also when it is closed. */
  int port() {
    return port;
  }

  void say(byte[] bytes) throws IOException {
    ByteBuffer all = ByteBuffer.wrap(bytes);
    while (all.hasRemaining()) {
      socket.write(all);
    }
  }

  void shutdownOutput() throws IOException {
    socket.shutdownOutput();
  }

  /** With an RST. */
  void abort() throws IOException {
    socket.setOption(StandardSocketOptions.SO_LINGER, 0);
    socket.close();
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      // It is over, which is what was wanted.
    }
  }
}
