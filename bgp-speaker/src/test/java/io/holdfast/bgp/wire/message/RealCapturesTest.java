package io.holdfast.bgp.wire.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every BGP message in packet captures from other people's routers decodes. The captures are
 * searched for markers, which spares a parser of capture formats; skipped without the files.
 */
class RealCapturesTest {
  @Test
  void everyMessageOfRealCapturesDecodesButForAddPath() throws IOException {
    List<String> malformed = new ArrayList<>();
    int messages = 0;
    for (Path capture : captures()) {
      ByteBuf octets = Unpooled.wrappedBuffer(Files.readAllBytes(capture));
      for (int at = 0; at + 19 <= octets.readableBytes(); at++) {
        int length = lengthAt(octets, at);
        if (length < 19 || at + length > octets.readableBytes()) {
          continue;
        }
        Decoded decoded =
            MessageCodec.decode(octets.slice(at, length), new SessionOptions(true, true, 65535));
        messages++;
        if (decoded instanceof Malformed(var error)) {
          malformed.add(capture.getFileName() + " at " + at + ": " + error.detail());
        }
        at += length - 1;
      }
    }
    assertThat(messages).isGreaterThan(50);
    // Path identifiers (RFC 7911), which these options do not negotiate, are no prefixes.
    assertThat(malformed).containsExactly("bgp-addpath.pcap at 80: bad prefix");
  }

  private static int lengthAt(ByteBuf octets, int at) {
    boolean marker = octets.getLong(at) == -1 && octets.getLong(at + 8) == -1;
    return marker ? octets.getUnsignedShort(at + 16) : 0;
  }

  private static List<Path> captures() throws IOException {
    for (Path up = Path.of("").toAbsolutePath(); up != null; up = up.getParent()) {
      Path folder = up.resolve("../shared/captures").normalize();
      if (Files.isDirectory(folder)) {
        try (Stream<Path> files = Files.list(folder)) {
          return files.filter(file -> file.getFileName().toString().contains("bgp")).toList();
        }
      }
    }
    assumeTrue(false, "no ../shared/captures beside the checkout");
    return List.of();
  }
}
