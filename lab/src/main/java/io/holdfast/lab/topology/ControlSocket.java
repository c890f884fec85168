package io.holdfast.lab.topology;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Asks a daemon over its control socket (docs/control-protocol.md), one connection a question. A
 * client of the lab's own: the witness should not be the witnessed.
 */
public final class ControlSocket {
  private static final ObjectMapper JSON = new ObjectMapper();

  private ControlSocket() {}

  /**
   * Puts one question.
   *
   * @return the result; empty when the daemon is not there, or answers with an error
   */
  public static Optional<JsonNode> ask(Path socket, String command) {
    ObjectNode request = JsonNodeFactory.instance.objectNode();
    request.put("v", 1).put("command", command).putObject("arguments");
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket));
      ByteBuffer line =
          ByteBuffer.wrap((request + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8));
      while (line.hasRemaining()) {
        channel.write(line);
      }
      JsonNode answer = JSON.readTree(line(channel));
      return answer.path("ok").asBoolean() ? Optional.of(answer.path("result")) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static byte[] line(SocketChannel channel) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    ByteBuffer in = ByteBuffer.allocate(1 << 16);
    while (channel.read(in) >= 0) {
      in.flip();
      boolean complete = in.get(in.limit() - 1) == '\n';
      line.write(in.array(), 0, in.limit());
      in.clear();
      if (complete) {
        break;
      }
    }
    return line.toByteArray();
  }
}
