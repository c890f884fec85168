package io.holdfast.lab.capture;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.LoggerFactory;

/**
 * Lets pcap4j find libpcap where only the run-time package is installed, and keeps its notices (a
 * dozen at each start) out of the log.
 */
final class Libpcap {
  private static final String PROPERTY = "org.pcap4j.core.pcapLibName";
  private static final List<String> FOLDERS =
      List.of("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib");

  private Libpcap() {}

  /** Has to run before the first class of pcap4j is touched. */
  static void locate() {
    if (LoggerFactory.getLogger("org.pcap4j") instanceof Logger logger) {
      logger.setLevel(Level.WARN);
    }
    if (System.getProperty(PROPERTY) != null) {
      return;
    }
    for (String folder : FOLDERS) {
      Path library = Path.of(folder, "libpcap.so.0.8");
      if (Files.exists(library)) {
        System.setProperty(PROPERTY, library.toString());
        return;
      }
    }
  }
}
