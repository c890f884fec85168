package io.holdfast.logstore.rpc;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Stands between two transports, as somebody on the line would: keeps what the dialling side sent,
 * and flips a bit of it when told to.
 */
final class Relay implements AutoCloseable {
  private final ServerSocket listening = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final ByteArrayOutputStream recorded = new ByteArrayOutputStream();
  private final String from;
  private final int to;
  private volatile boolean flip;

  /**
   * Relays.
   *
   * @param from address by which the port sees it
   */
  Relay(String from, int to) throws IOException {
    this.from = from;
    this.to = to;
    threads.execute(this::accept);
  }

  int port() {
    return listening.getLocalPort();
  }

  /** From now on one bit of each piece that the dialling side sends is another. */
  void flip() {
    flip = true;
  }

  byte[] recorded() {
    synchronized (recorded) {
      return recorded.toByteArray();
    }
  }

  private void accept() {
    try (listening) {
      while (true) {
        Socket near = listening.accept();
        Socket far = new Socket();
        sockets.addAll(List.of(near, far));
        far.bind(new InetSocketAddress(InetAddress.getByName(from), 0));
        far.connect(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), to));
        threads.execute(() -> copy(near, far, true));
        threads.execute(() -> copy(far, near, false));
      }
    } catch (IOException e) {
      hangUp(); // it is over, or closed
    }
  }

  private void copy(Socket source, Socket sink, boolean tamper) {
    byte[] piece = new byte[64 << 10];
    try (source;
        sink;
        InputStream in = source.getInputStream();
        OutputStream out = sink.getOutputStream()) {
      for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
        if (tamper) {
          synchronized (recorded) {
            recorded.write(piece, 0, read);
          }
          if (flip) {
            piece[read - 1] ^= 1;
          }
        }
        out.write(piece, 0, read);
      }
    } catch (IOException e) {
      hangUp();
    }
  }

  private void hangUp() {
    try {
      listening.close();
      for (Socket each : sockets) {
        each.close();
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Ends it, and its threads. */
  @Override
  public void close() {
    hangUp();
    threads.shutdown();
    try {
      if (!threads.awaitTermination(10, TimeUnit.SECONDS)) {
        throw new IllegalStateException("a thread of the relay goes on");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
