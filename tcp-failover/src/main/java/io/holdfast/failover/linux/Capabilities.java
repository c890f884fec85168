package io.holdfast.failover.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** What this process may do (capabilities(7)), read from /proc. Thread-safe: no state. */
public final class Capabilities {
  /** What failoverd needs. */
  public enum Capability {
    NET_BIND_SERVICE(10, "to listen on port 179"),
    NET_ADMIN(12, "for netfilter queues and rules"),
    NET_RAW(13, "for raw sockets and iptables");

    private final int bit;
    private final String purpose;

    Capability(int bit, String purpose) {
      this.bit = bit;
      this.purpose = purpose;
    }
  }

  private static final int SETGID = 6;

  private Capabilities() {}

  /** Those that the calling thread lacks, in the order of their numbers. */
  public static List<Capability> lacking() {
    return Arrays.stream(Capability.values()).filter(c -> !effective(c)).toList();
  }

  /** Whether the calling thread has it. */
  public static boolean effective(Capability capability) {
    return effective(capability.bit);
  }

  /** Whether a child of the calling thread can be put into other groups. */
  public static boolean mayChooseGroups() {
    return effective(SETGID);
  }

  private static boolean effective(int bit) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/thread-self/status"))) {
        if (line.startsWith("CapEff:")) {
          long set = Long.parseUnsignedLong(line.substring("CapEff:".length()).trim(), 16);
          return (set >> bit & 1) == 1;
        }
      }
    } catch (IOException unreadable) {
      // Without /proc nothing is known; the call that needs the capability will tell.
      return true;
    }
    return true;
  }

  /** One line for the operator who did not give it. */
  public static String missing(Capability capability) {
    return "failoverd needs CAP_"
        + capability
        + " ("
        + capability.purpose
        + "): start it as root or give it the capability";
  }
}
