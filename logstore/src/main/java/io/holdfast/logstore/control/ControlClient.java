package io.holdfast.logstore.control;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;

/** Asks a daemon, one question after the other. Not thread-safe. */
public final class ControlClient implements AutoCloseable {

  private static final JsonMapper JSON = new JsonMapper();

  /** No answer is larger; whoever sends more is not a daemon of ours. */
  private static final int LARGEST_ANSWER = 64 << 20;

  private final Path socket;
  private final SocketChannel channel;
  private final Selector selector;
  private final Duration patience;
  private final ByteBuffer in = ByteBuffer.allocate(64 * 1024).flip();

  private ControlClient(Path socket, SocketChannel channel, Selector selector, Duration patience) {
    this.socket = socket;
    this.channel = channel;
    this.selector = selector;
    this.patience = patience;
  }

  /**
   * Connects.
   *
   * @param patience how long to wait for an answer
   * @throws ControlUnreachableException if nobody listens there, or we may not connect
   */
  public static ControlClient connect(Path socket, Duration patience) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.connect(UnixDomainSocketAddress.of(socket));
      channel.configureBlocking(false);
      Selector selector = Selector.open();
      channel.register(selector, SelectionKey.OP_READ);
      return new ControlClient(socket, channel, selector, patience);
    } catch (IOException | IllegalArgumentException e) {
      channel.close();
      throw new ControlUnreachableException(socket + ": " + plain(e));
    }
  }

  /**
   * Asks.
   *
   * @return the result
   * @throws ControlException if the daemon's answer is no
   * @throws ControlUnreachableException if there is no answer
   */
  public JsonNode ask(String command, ObjectNode arguments) throws IOException, ControlException {
    ObjectNode request = JSON.createObjectNode().put("v", 1).put("command", command);
    request.set("arguments", arguments);
    byte[] body = JSON.writeValueAsBytes(request);
    ByteBuffer out = ByteBuffer.allocate(body.length + 1).put(body).put((byte) '\n').flip();
    long deadline = System.nanoTime() + patience.toNanos();
    try {
      write(out, deadline);
    } catch (ControlUnreachableException e) {
      throw e;
    } catch (IOException e) {
      // Refused and closed already, perhaps with a line that says why.
    }
    return result(readLine(deadline));
  }

  private JsonNode result(byte[] line) throws IOException, ControlException {
    JsonNode answer;
    try {
      answer = JSON.readTree(line);
    } catch (JacksonException e) {
      throw new ControlUnreachableException(socket + ": an answer that is no JSON");
    }
    if (answer.path("ok").asBoolean()) {
      return answer.path("result");
    }
    throw new ControlException(answer.path("error").asText("refused without a reason"));
  }

  private void write(ByteBuffer out, long deadline) throws IOException {
    while (true) {
      channel.write(out);
      if (!out.hasRemaining()) {
        return;
      }
      await(SelectionKey.OP_WRITE, deadline);
    }
  }

  private byte[] readLine(long deadline) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    while (true) {
      while (in.hasRemaining()) {
        byte b = in.get();
        if (b == '\n') {
          return line.toByteArray();
        }
        line.write(b);
      }
      if (line.size() > LARGEST_ANSWER) {
        throw new ControlUnreachableException(socket + ": an answer without end");
      }
      in.clear();
      int count = readOnce();
      in.flip();
      if (count < 0) {
        throw new ControlUnreachableException(socket + ": the daemon closed without an answer");
      }
      if (count == 0) {
        await(SelectionKey.OP_READ, deadline);
      }
    }
  }

  private int readOnce() throws IOException {
    try {
      return channel.read(in);
    } catch (IOException e) {
      throw new ControlUnreachableException(socket + ": " + plain(e));
    }
  }

  private void await(int operation, long deadline) throws IOException {
    long millis = (deadline - System.nanoTime()) / 1_000_000;
    if (millis > 0) {
      java.util.Objects.requireNonNull(channel.keyFor(selector)).interestOps(operation);
      selector.select(millis);
      selector.selectedKeys().clear();
    }
    if (System.nanoTime() >= deadline) {
      throw new ControlUnreachableException(
          socket + ": no answer within " + patience.toSeconds() + " s");
    }
  }

  private static String plain(Exception e) {
    String message = String.valueOf(e.getMessage());
    return switch (message) {
      case "No such file or directory" -> "no daemon has opened it";
      case "Connection refused" -> "nobody listens (the daemon is dead)";
      case "Permission denied" ->
          "permission denied; only root and members of the group holdfast may ask";
      default -> message;
    };
  }

  @Override
  public void close() throws IOException {
    selector.close();
    channel.close();
  }
}
