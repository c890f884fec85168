package io.holdfast.lab.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The client of {@link StreamService}. {@code StreamClient HOST PORT up|down BYTES} prints the
 * seconds from the order to the last byte (up: to the service's word that it has all of it).
 *
 * <p>{@code StreamClient HOST} takes such orders line by line from its standard input, {@code PORT
 * up|down BYTES} or {@code PORT ack PROBES}, and answers each with one line: the seconds, or the
 * microseconds of the 50th and 99th percentile; {@code error ...} when it failed. It ends with its
 * input.
 */
public final class StreamClient {
  private static final int BLOCK = 256 * 1024;
  private static final long CONNECT_NANOS = 10_000_000_000L;
  private static final int LIMIT_SECONDS = 120;

  private final String host;

  private StreamClient(String host) {
    this.host = host;
  }

  public static void main(String[] arguments) throws IOException {
    StreamClient client = new StreamClient(arguments[0]);
    PrintStream out = System.out;
    if (arguments.length == 4) {
      out.println(
          client.answer(
              Integer.parseInt(arguments[1]), arguments[2], Long.parseLong(arguments[3])));
      return;
    }
    BufferedReader orders =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = orders.readLine(); line != null; line = orders.readLine()) {
      out.println(client.answer(line));
      out.flush();
    }
  }

  /** One order; a hung one ends the process, which whoever gave the order notices. */
  private String answer(String order) {
    String[] words = order.split(" ", 3);
    CompletableFuture<Void> done = new CompletableFuture<>();
    var _ =
        done.orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS)
            .exceptionally(
                late -> {
                  Runtime.getRuntime().halt(3);
                  return null;
                });
    try {
      return answer(Integer.parseInt(words[0]), words[1], Long.parseLong(words[2]));
    } catch (IOException e) {
      return "error " + order + ": " + e.getMessage();
    } finally {
      done.complete(null);
    }
  }

  private String answer(int port, String what, long count) throws IOException {
    if (what.equals("ack")) {
      AckProbe.Latency latency =
          AckProbe.measure(new InetSocketAddress(host, port), Math.toIntExact(count));
      return String.format(Locale.ROOT, "%.3f %.3f", latency.p50Micros(), latency.p99Micros());
    }
    try (Socket socket = connect(port)) {
      socket.setTcpNoDelay(true);
      long start = System.nanoTime();
      if (what.equals("up")) {
        upload(socket, count);
      } else {
        download(socket, count);
      }
      return String.format(Locale.ROOT, "%.6f", (System.nanoTime() - start) * 1e-9);
    }
  }

  /** The service may be about to listen. */
  private Socket connect(int port) throws IOException {
    long deadline = System.nanoTime() + CONNECT_NANOS;
    while (true) {
      Socket socket = new Socket();
      try {
        socket.connect(new InetSocketAddress(host, port), 5_000);
        return socket;
      } catch (IOException e) {
        socket.close();
        if (System.nanoTime() - deadline > 0) {
          throw e;
        }
        LockSupport.parkNanos(50_000_000);
      }
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
