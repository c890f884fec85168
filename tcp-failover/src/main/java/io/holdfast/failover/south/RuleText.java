package io.holdfast.failover.south;

import io.holdfast.failover.south.RuleSpec.ProtectedPeer;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What iptables-restore is told, as a function of what is to be protected and of what iptables-save
 * says is there. Pure; thread-safe.
 *
 * <p>A restore is one transaction of the kernel: there is no instant without rules. With {@code
 * --noflush} it touches what it names: our two chains, which are emptied and filled anew, and our
 * jumps, each deleted as often as it is there and put first once.
 */
final class RuleText {
  private static final String OUTPUT = "OUTPUT";
  private static final String PREROUTING = "PREROUTING";

  private RuleText() {}

  static String outChain(int queue) {
    return "HOLDFAST-" + queue + "-OUT";
  }

  static String inChain(int queue) {
    return "HOLDFAST-" + queue + "-IN";
  }

  /** The text that installs the rules of {@code spec} for one family. */
  static String install(RuleSpec spec, Family family, String saved) {
    List<String> lines = new ArrayList<>();
    lines.add("*raw");
    lines.add(":" + outChain(spec.queue()) + " - [0:0]");
    lines.add(":" + inChain(spec.queue()) + " - [0:0]");
    lines.addAll(deleted(saved, OUTPUT, outChain(spec.queue())));
    lines.addAll(deleted(saved, PREROUTING, inChain(spec.queue())));
    lines.addAll(rules(spec, family));
    lines.add("-I OUTPUT 1 -j " + outChain(spec.queue()));
    lines.add("-I PREROUTING 1 -j " + inChain(spec.queue()));
    lines.add("COMMIT");
    return String.join("\n", lines) + "\n";
  }

  /** The text that removes the rules of a queue, or an empty one if there are none. */
  static String remove(int queue, String saved) {
    List<String> lines = new ArrayList<>();
    lines.addAll(deleted(saved, OUTPUT, outChain(queue)));
    lines.addAll(deleted(saved, PREROUTING, inChain(queue)));
    for (String chain : List.of(outChain(queue), inChain(queue))) {
      if (saved.lines().anyMatch(line -> line.startsWith(":" + chain + " "))) {
        lines.add("-F " + chain);
        lines.add("-X " + chain);
      }
    }
    return lines.isEmpty() ? "" : "*raw\n" + String.join("\n", lines) + "\nCOMMIT\n";
  }

  private static List<String> deleted(String saved, String builtIn, String chain) {
    String jump = "-A " + builtIn + " -j " + chain;
    return saved.lines().filter(jump::equals).map(line -> "-D" + line.substring(2)).toList();
  }

  /** The rules of our chains, without doubles, in iptables-save's own order of words. */
  static List<String> rules(RuleSpec spec, Family family) {
    List<String> rules = new ArrayList<>();
    for (ProtectedPeer peer : spec.peers()) {
      if (family.has(peer.peer())) {
        rules.addAll(out(spec.queue(), family, peer));
      }
    }
    for (ProtectedPeer peer : spec.peers()) {
      if (family.has(peer.peer())) {
        rules.addAll(in(spec.queue(), family, peer));
      }
    }
    return rules.stream().distinct().toList();
  }

  /** All that we say to the peer, from our service's port or to the peer's. */
  private static List<String> out(int queue, Family family, ProtectedPeer peer) {
    String start = "-A " + outChain(queue) + addresses(family, peer.local(), peer.peer());
    return byPort(start, "--sport", "--dport", "", peer, queue);
  }

  /** The peer's SYN and SYN-ACK, for the options in them. */
  private static List<String> in(int queue, Family family, ProtectedPeer peer) {
    String start = "-A " + inChain(queue) + addresses(family, peer.peer(), peer.local());
    return byPort(start, "--dport", "--sport", " --tcp-flags SYN SYN", peer, queue);
  }

  private static List<String> byPort(
      String start, String service, String remote, String flags, ProtectedPeer peer, int queue) {
    List<String> rules = new ArrayList<>();
    String end = flags + " -j NFQUEUE --queue-num " + queue;
    if (peer.servicePort() != 0) {
      rules.add(start + " -p tcp -m tcp " + service + " " + peer.servicePort() + end);
    }
    if (peer.peerPort() != 0) {
      rules.add(start + " -p tcp -m tcp " + remote + " " + peer.peerPort() + end);
    }
    return rules;
  }

  private static String addresses(
      Family family, @Nullable InetAddress source, @Nullable InetAddress destination) {
    return (source == null ? "" : " -s " + family.text(source))
        + (destination == null ? "" : " -d " + family.text(destination));
  }

  /**
   * Whether what iptables-save says has our rules whole, and our jumps once each, before everything
   * but the jumps of other instances.
   *
   * @param ours the lines of our chains as iptables-save said them right after they were installed
   */
  static boolean present(int queue, List<String> ours, String saved) {
    return jumpsFirst(saved, OUTPUT, outChain(queue), "-OUT")
        && jumpsFirst(saved, PREROUTING, inChain(queue), "-IN")
        && chains(queue, saved).equals(ours);
  }

  /** The rules of our two chains, as iptables-save says them. */
  static List<String> chains(int queue, String saved) {
    String out = "-A " + outChain(queue) + " ";
    String in = "-A " + inChain(queue) + " ";
    return saved.lines().filter(line -> line.startsWith(out) || line.startsWith(in)).toList();
  }

  private static boolean jumpsFirst(String saved, String builtIn, String chain, String end) {
    String start = "-A " + builtIn + " ";
    String jump = start + "-j " + chain;
    List<String> rules = saved.lines().filter(line -> line.startsWith(start)).toList();
    boolean nobodyElseBefore =
        rules.stream()
            .takeWhile(line -> !line.equals(jump))
            .allMatch(line -> line.startsWith(start + "-j HOLDFAST-") && line.endsWith(end));
    return nobodyElseBefore && rules.stream().filter(jump::equals).count() == 1;
  }

  /** Whether anything of this queue's is there. */
  static boolean traces(int queue, String saved) {
    return !remove(queue, saved).isEmpty();
  }

  /** An address family and its programs. */
  enum Family {
    IPV4("iptables-save", "iptables-restore", 32),
    IPV6("ip6tables-save", "ip6tables-restore", 128);

    final String save;
    final String restore;
    private final int prefixLength;

    Family(String save, String restore, int prefixLength) {
      this.save = save;
      this.restore = restore;
      this.prefixLength = prefixLength;
    }

    boolean has(InetAddress address) {
      return address instanceof Inet6Address == (this == IPV6);
    }

    boolean used(RuleSpec spec) {
      return spec.peers().stream().anyMatch(peer -> has(peer.peer()));
    }

    /** Without the zone, which rules do not know. */
    private String text(InetAddress address) {
      String text = address.getHostAddress();
      int zone = text.indexOf('%');
      return (zone < 0 ? text : text.substring(0, zone)) + "/" + prefixLength;
    }
  }
}
