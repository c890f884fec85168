package io.holdfast.lab.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;

/**
 * The client of {@link StreamService}: {@code StreamClient HOST PORT up|down BYTES}. Prints the
 * seconds from the order to the last byte (up: to the service's word that it has all of it).
 */
public final class StreamClient {
  private static final int BLOCK = 256 * 1024;

  private StreamClient() {}

  public static void main(String[] arguments) throws IOException {
    long bytes = Long.parseLong(arguments[3]);
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1])), 10_000);
      socket.setTcpNoDelay(true);
      long start = System.nanoTime();
      if (arguments[2].equals("up")) {
        upload(socket, bytes);
      } else {
        download(socket, bytes);
      }
      System.out.printf("%.6f%n", (System.nanoTime() - start) * 1e-9);
    }
  }

  private static void order(OutputStream out, byte kind, long bytes) throws IOException {
    out.write(ByteBuffer.allocate(StreamService.ORDER_LENGTH).put(kind).putLong(bytes).array());
  }

  private static void upload(Socket socket, long bytes) throws IOException {
    OutputStream out = socket.getOutputStream();
    order(out, StreamService.UPLOAD, bytes);
    byte[] block = new byte[BLOCK];
    for (long left = bytes; left > 0; left -= Math.min(left, BLOCK)) {
      out.write(block, 0, (int) Math.min(left, BLOCK));
    }
    if (socket.getInputStream().read() != StreamService.DONE) {
      throw new IOException("the service ended early");
    }
  }

  private static void download(Socket socket, long bytes) throws IOException {
    order(socket.getOutputStream(), StreamService.DOWNLOAD, bytes);
    InputStream in = socket.getInputStream();
    byte[] block = new byte[BLOCK];
    for (long left = bytes; left > 0; ) {
      int n = in.read(block, 0, (int) Math.min(left, BLOCK));
      if (n < 0) {
        throw new IOException("the service ended with " + left + " bytes to go");
      }
      left -= n;
    }
  }
}
