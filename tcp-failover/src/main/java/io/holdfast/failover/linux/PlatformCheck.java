package io.holdfast.failover.linux;

import io.holdfast.failover.linux.Capabilities.Capability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Finds out before the start whether this machine can do what failoverd needs. No state. */
public final class PlatformCheck {
  private PlatformCheck() {}

  /**
   * What is missing, one line for the operator each; none if failoverd can start. Changes nothing:
   * the rule that it tries is taken back in the same transaction.
   *
   * @param ipv6 whether there are IPv6 peers
   */
  public static List<String> problems(boolean ipv6) {
    List<String> problems = new ArrayList<>();
    if (!System.getProperty("os.name", "").equals("Linux")) {
      return List.of("failoverd needs Linux");
    }
    Capabilities.lacking().forEach(lacking -> problems.add(Capabilities.missing(lacking)));
    if (!Capabilities.effective(Capability.NET_ADMIN)) {
      return problems;
    }
    tryRule("iptables", problems);
    if (ipv6) {
      tryRule("ip6tables", problems);
    }
    if (!Files.exists(Path.of("/proc/thread-self/net/netfilter/nfnetlink_queue"))) {
      problems.add("this kernel has no netfilter queues (module nfnetlink_queue)");
    }
    return problems;
  }

  private static void tryRule(String tool, List<String> problems) {
    for (String program : List.of(tool + "-restore", tool + "-save")) {
      if (Programs.find(program) == null) {
        problems.add("the program " + program + " is not installed (package iptables)");
        return;
      }
    }
    String chain = "HOLDFAST-TRY-" + ProcessHandle.current().pid();
    String start = "*raw\n:" + chain + " - [0:0]\n-A " + chain;
    String end = "\n-F " + chain + "\n-X " + chain + "\nCOMMIT\n";
    try {
      Programs.run(start + " -j RETURN" + end, tool + "-restore", "--noflush", "--wait=5");
    } catch (IOException refused) {
      problems.add("the raw table of " + tool + " can't be used: " + firstLine(refused));
      return;
    }
    try {
      String rule = start + " -j NFQUEUE --queue-num 0" + end;
      Programs.run(rule, tool + "-restore", "--noflush", "--wait=5");
    } catch (IOException refused) {
      problems.add(
          "this kernel has no target NFQUEUE for " + tool + " (xt_NFQUEUE): " + firstLine(refused));
    }
  }

  private static String firstLine(IOException refused) {
    return String.valueOf(refused.getMessage()).lines().findFirst().orElse("");
  }
}
