package io.holdfast.lab.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.holdfast.lab.net.LabFailure;
import io.holdfast.lab.net.LabProcess;
import io.holdfast.lab.net.Namespace;
import io.holdfast.lab.topology.PairOfPeers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A BGP speaker of another make in the place of FRR b: address, AS and timers are those of FRR b,
 * and it announces {@link #OWN}.
 */
enum ForeignSpeaker {
  BIRD("/usr/sbin/bird") {
    @Override
    String configuration(Path folder) {
      return """
          log stderr all;
          router id %s;
          timeformat protocol iso long;
          protocol device { }
          protocol static own { ipv4; %s }
          protocol bgp holdfast {
            local %s as %d;
            neighbor %s as %d;
            hold time 9;
            keepalive time 3;
            connect retry time 1;
            ipv4 { import all; export where source = RTS_STATIC; };
          }
          """
          .formatted(
              PairOfPeers.B,
              each("route %s blackhole;"),
              PairOfPeers.B,
              PairOfPeers.AS_B,
              PairOfPeers.H_TO_B,
              PairOfPeers.AS_H);
    }

    @Override
    List<String> command(Path folder) {
      String control = folder.resolve("bird.ctl").toString();
      return List.of(program(), "-f", "-c", folder + "/conf", "-s", control);
    }

    @Override
    boolean established(Running running) {
      return running.ask(birdc(running, "show protocols holdfast")).contains("Established");
    }

    @Override
    long upSince(Running running) {
      String text = running.ask(birdc(running, "show protocols holdfast"));
      Matcher matcher = SINCE.matcher(text);
      if (!matcher.find()) {
        throw new LabFailure("no time in " + text);
      }
      LocalDateTime since = LocalDateTime.parse(matcher.group(1) + "T" + matcher.group(2));
      return since.atZone(ZoneId.systemDefault()).toEpochSecond();
    }

    @Override
    Set<String> learned(Running running) {
      return prefixes(running.ask(birdc(running, "show route protocol holdfast")));
    }

    private String[] birdc(Running running, String question) {
      return new String[] {
        "birdc", "-r", "-s", running.folder().resolve("bird.ctl").toString(), question
      };
    }
  },

  GOBGP("/usr/bin/gobgpd") {
    @Override
    String configuration(Path folder) {
      return """
          [global.config]
            as = %d
            router-id = "%s"
          [[neighbors]]
            [neighbors.config]
              neighbor-address = "%s"
              peer-as = %d
            [neighbors.timers.config]
              hold-time = 9
              keepalive-interval = 3
              connect-retry = 1
          """
          .formatted(PairOfPeers.AS_B, PairOfPeers.B, PairOfPeers.H_TO_B, PairOfPeers.AS_H);
    }

    @Override
    List<String> command(Path folder) {
      return List.of(program(), "-f", folder + "/conf", "--api-hosts", "127.0.0.1:50051");
    }

    @Override
    void announce(Running running) {
      for (String prefix : OWN) {
        running.ask("gobgp", "global", "rib", "add", "-a", "ipv4", prefix);
      }
    }

    @Override
    boolean established(Running running) {
      return neighbor(running).path("state").path("session_state").asInt() == 6;
    }

    @Override
    long upSince(Running running) {
      return neighbor(running).path("timers").path("state").path("uptime").path("seconds").asLong();
    }

    private JsonNode neighbor(Running running) {
      return json(running.ask("gobgp", "neighbor", PairOfPeers.H_TO_B, "-j"));
    }

    @Override
    Set<String> learned(Running running) {
      Set<String> learned = prefixes(running.ask("gobgp", "global", "rib", "-a", "ipv4"));
      learned.removeAll(OWN);
      return learned;
    }
  },

  OPENBGPD("/usr/sbin/bgpd") {
    @Override
    boolean installed() {
      // Its unprivileged processes live in a folder that only its service's start makes.
      return super.installed() && Files.isDirectory(Path.of("/run/openbgpd"));
    }

    @Override
    String configuration(Path folder) {
      return """
          AS %d
          router-id %s
          fib-update no
          socket "%s"
          %s
          neighbor %s {
            remote-as %d
            holdtime 9
            announce IPv4 unicast
          }
          allow from any
          allow to any
          """
          .formatted(
              PairOfPeers.AS_B,
              PairOfPeers.B,
              folder.resolve("bgpd.sock"),
              each("network %s\n"),
              PairOfPeers.H_TO_B,
              PairOfPeers.AS_H);
    }

    @Override
    List<String> command(Path folder) {
      return List.of(program(), "-d", "-f", folder + "/conf");
    }

    @Override
    boolean established(Running running) {
      return neighbor(running).path("state").asText().equals("Established");
    }

    @Override
    long upSince(Running running) {
      long now = Instant.now().getEpochSecond();
      return now - neighbor(running).path("last_updown_sec").asLong();
    }

    private JsonNode neighbor(Running running) {
      String text = running.ask(bgpctl(running, "show", "neighbor", PairOfPeers.H_TO_B));
      return json(text).path("neighbors").path(0);
    }

    @Override
    Set<String> learned(Running running) {
      Set<String> learned = new TreeSet<>();
      String text = running.ask(bgpctl(running, "show", "rib", "neighbor", PairOfPeers.H_TO_B));
      json(text).path("rib").forEach(route -> learned.add(route.path("prefix").asText()));
      return learned;
    }

    private String[] bgpctl(Running running, String... words) {
      String[] command = new String[words.length + 4];
      command[0] = "bgpctl";
      command[1] = "-j";
      command[2] = "-s";
      command[3] = running.folder().resolve("bgpd.sock").toString();
      System.arraycopy(words, 0, command, 4, words.length);
      return command;
    }
  };

  /** What it announces. */
  static final List<String> OWN = Routes.block(9, 30);

  private static final Pattern SINCE =
      Pattern.compile("(\\d{4}-\\d\\d-\\d\\d) (\\d\\d:\\d\\d:\\d\\d)");
  private static final Pattern PREFIX =
      Pattern.compile("(?:^|\\s)(\\d+\\.\\d+\\.\\d+\\.\\d+/\\d+)\\s", Pattern.MULTILINE);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String program;

  ForeignSpeaker(String program) {
    this.program = program;
  }

  String program() {
    return program;
  }

  /** Whether this machine has it. */
  boolean installed() {
    return Files.isExecutable(Path.of(program));
  }

  /** The process, and where its files are. */
  record Running(Namespace namespace, Path folder, LabProcess process) {

    /** Runs a command of its own in its namespace. */
    String ask(String... command) {
      return namespace.run(command);
    }
  }

  Running start(Namespace namespace, Path folder) throws IOException {
    Path configuration = folder.resolve("conf");
    Files.writeString(configuration, configuration(folder));
    return new Running(
        namespace,
        folder,
        namespace.start(name(), folder.resolve("out"), Map.of(), command(folder)));
  }

  abstract String configuration(Path folder);

  abstract List<String> command(Path folder);

  /** Announces its own, where the configuration does not. */
  void announce(Running running) {}

  abstract boolean established(Running running);

  /** Since when the session is up, seconds since 1970, to a second or two. */
  abstract long upSince(Running running);

  /** The prefixes that it has learned from Holdfast. */
  abstract Set<String> learned(Running running);

  private static String each(String format) {
    StringBuilder all = new StringBuilder();
    OWN.forEach(prefix -> all.append(format.formatted(prefix)));
    return all.toString();
  }

  private static Set<String> prefixes(String text) {
    Set<String> prefixes = new TreeSet<>();
    Matcher matcher = PREFIX.matcher(text);
    while (matcher.find()) {
      prefixes.add(matcher.group(1));
    }
    return prefixes;
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new LabFailure("no JSON: " + text, e);
    }
  }
}
