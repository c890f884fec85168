package io.holdfast.failover.north;

import io.holdfast.failover.records.ServiceSpec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** A speaker without the client library: attaches, reads whatever it is given, folds nothing. */
final class RawSpeaker implements AutoCloseable {
  private final SocketChannel raw = SocketChannel.open(StandardProtocolFamily.UNIX);
  private final AtomicLong received = new AtomicLong();
  private final Thread reader = new Thread(this::read, "raw speaker");

  RawSpeaker(Path socket) throws IOException {
    raw.connect(UnixDomainSocketAddress.of(socket));
    say(NorthCodec.hello(ByteBufAllocator.DEFAULT, "raw", "0"));
    say(NorthCodec.register(ByteBufAllocator.DEFAULT, new ServiceSpec("raw", 0, List.of())));
    say(NorthCodec.attach(ByteBufAllocator.DEFAULT));
    reader.start();
  }

  void say(ByteBuf frame) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(ByteBufUtil.getBytes(frame));
    frame.release();
    while (bytes.hasRemaining()) {
      raw.write(bytes);
    }
  }

  /** Bytes that have come so far, headers included. */
  long received() {
    return received.get();
  }

  private void read() {
    ByteBuffer in = ByteBuffer.allocateDirect(1 << 18);
    try {
      for (int n = 0; n >= 0; n = raw.read(in.clear())) {
        received.addAndGet(n);
      }
    } catch (IOException e) {
      // closed by the test
    }
  }

  @Override
  public void close() throws IOException {
    raw.close();
    reader.interrupt();
  }
}
