package io.holdfast.lab.frr;

import io.holdfast.lab.net.LabFailure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The client's end of an FRR daemon's vty socket. A request is a line ended by NUL; the answer is
 * text, three NULs and one status byte.
 */
final class VtySocket implements AutoCloseable {
  /** CMD_SUCCESS and CMD_WARNING (0 and 1 in lib/command.h): the command was carried out. */
  private static final int LAST_GOOD_STATUS = 1;

  /**
   * FRR reads its vty in pieces of some kilobytes; so many lines are sent before answers are read.
   */
  private static final int LINES_IN_FLIGHT = 64;

  private final SocketChannel channel;
  private final ByteBuffer in = ByteBuffer.allocate(1 << 16).flip();

  VtySocket(Path socket) throws IOException {
    channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.connect(UnixDomainSocketAddress.of(socket));
      ask("enable");
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /** One line, one answer. */
  String ask(String line) throws IOException {
    write(List.of(line));
    return answer(line);
  }

  /** Many lines, whose answers must all be good. */
  void tell(List<String> lines) throws IOException {
    for (int from = 0; from < lines.size(); from += LINES_IN_FLIGHT) {
      List<String> part = lines.subList(from, Math.min(lines.size(), from + LINES_IN_FLIGHT));
      write(part);
      List<String> refused = new ArrayList<>();
      for (String line : part) {
        try {
          answer(line);
        } catch (LabFailure e) {
          refused.add(String.valueOf(e.getMessage()));
        }
      }
      if (!refused.isEmpty()) {
        throw new LabFailure(String.join("; ", refused));
      }
    }
  }

  private void write(List<String> lines) throws IOException {
    ByteBuffer out =
        ByteBuffer.wrap((String.join("\0", lines) + "\0").getBytes(StandardCharsets.UTF_8));
    while (out.hasRemaining()) {
      channel.write(out);
    }
  }

  private String answer(String line) throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    int zeros = 0;
    while (zeros < 3) {
      byte next = next();
      if (next == 0) {
        zeros++;
      } else {
        for (; zeros > 0; zeros--) {
          text.write(0);
        }
        text.write(next);
      }
    }
    int status = next();
    String answer = text.toString(StandardCharsets.UTF_8);
    if (status > LAST_GOOD_STATUS) {
      throw new LabFailure("FRR refused \"" + line + "\": " + answer.strip());
    }
    return answer;
  }

  private byte next() throws IOException {
    if (!in.hasRemaining()) {
      in.clear();
      int count = channel.read(in);
      in.flip();
      if (count < 0) {
        throw new IOException("FRR closed its vty");
      }
    }
    return in.get();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
