package io.holdfast.lab.frr;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.holdfast.lab.net.LabFailure;
import io.holdfast.lab.net.LabProcess;
import io.holdfast.lab.net.Namespace;
import io.holdfast.lab.net.Teardown;
import io.holdfast.lab.net.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** An FRR {@code bgpd} in a namespace. */
public final class FrrRouter implements AutoCloseable {
  private static final String PROGRAM = "/usr/lib/frr/bgpd";
  private static final Duration START_LIMIT = Duration.ofSeconds(15);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final FrrConfig config;
  private final Path folder;
  private final @Nullable LabProcess process;
  private @Nullable VtySocket vty;

  private FrrRouter(FrrConfig config, Path folder, @Nullable LabProcess process) {
    this.config = config;
    this.folder = folder;
    this.process = process;
  }

  /**
   * Writes the configuration, starts the router and waits until it answers.
   *
   * @param namespace where it runs
   * @param folder for its files and sockets; has to exist
   */
  public static FrrRouter start(Namespace namespace, Path folder, FrrConfig config) {
    Path file = folder.resolve("bgpd.conf");
    try {
      Files.writeString(file, config.text());
    } catch (IOException e) {
      throw new LabFailure("cannot write " + file, e);
    }
    LabProcess process =
        namespace.start(
            "frr-" + config.as(),
            folder.resolve("bgpd.out"),
            Map.of(),
            List.of(
                PROGRAM,
                "-n",
                "-Z",
                "-S",
                "-P",
                "0",
                "-u",
                "root",
                "-g",
                "root",
                "-f",
                file.toString(),
                "--vty_socket",
                folder.toString(),
                "-i",
                folder.resolve("bgpd.pid").toString(),
                "-z",
                folder.resolve("zserv.api").toString(),
                "--log",
                "file:" + folder.resolve("bgpd.log"),
                "--log-level",
                "informational"));
    FrrRouter router = new FrrRouter(config, folder, process);
    router.awaitAnswer();
    return router;
  }

  /** A router that another process of the lab has started. */
  public static FrrRouter existing(Path folder, FrrConfig config) {
    return new FrrRouter(config, folder, null);
  }

  /** What it was told at its start. */
  public FrrConfig config() {
    return config;
  }

  /** The folder of its files and of its vty socket ({@code vtysh --vty_socket FOLDER}). */
  public Path folder() {
    return folder;
  }

  /** Its process; empty when another process of the lab has started it. */
  public Optional<LabProcess> process() {
    return Optional.ofNullable(process);
  }

  private void awaitAnswer() {
    long limit = System.nanoTime() + START_LIMIT.toNanos();
    while (true) {
      try {
        show("show version");
        return;
      } catch (LabFailure e) {
        if (System.nanoTime() > limit || (process != null && !process.isAlive())) {
          String words = process == null ? "" : "\n" + process.lastWords();
          throw new LabFailure("FRR does not start: " + e.getMessage() + words);
        }
        Waiting.pause();
      }
    }
  }

  /** Runs a command of the exec mode and gives its text. */
  public synchronized String show(String command) {
    try {
      return vty().ask(command);
    } catch (IOException e) {
      throw broken(e);
    }
  }

  /** Runs commands of the configuration mode. */
  public synchronized void configure(List<String> lines) {
    List<String> all = new ArrayList<>(lines.size() + 2);
    all.add("configure terminal");
    all.addAll(lines);
    try {
      vty().tell(all);
      vty().ask("end");
    } catch (IOException e) {
      throw broken(e);
    } catch (LabFailure e) {
      closeVty();
      throw e;
    }
  }

  /** Announces prefixes, or changes their attributes, with set 0 (none but the mandatory ones). */
  public void announce(Collection<String> prefixes) {
    announce(prefixes, 0);
  }

  /**
   * Announces prefixes, or changes their attributes.
   *
   * @param prefixes as {@code 10.0.0.0/24}
   * @param set the set of attributes, 0 to {@link FrrConfig#ATTRIBUTE_SETS} exclusive
   */
  public void announce(Collection<String> prefixes, int set) {
    String tail = set == 0 ? "" : " route-map " + FrrConfig.routeMap(set);
    networks(prefixes.stream().map(prefix -> "network " + prefix + tail).toList());
  }

  /** Withdraws prefixes. */
  public void withdraw(Collection<String> prefixes) {
    networks(prefixes.stream().map(prefix -> "no network " + prefix).toList());
  }

  private void networks(List<String> lines) {
    List<String> all = new ArrayList<>(lines.size() + 2);
    all.add("router bgp " + config.as());
    all.add("address-family ipv4 unicast");
    all.addAll(lines);
    configure(all);
  }

  /** Ends the session with a neighbour by a NOTIFICATION (Cease, administrative reset). */
  public void clear(String neighbor) {
    show("clear bgp ipv4 unicast " + neighbor);
  }

  /** How it sees a neighbour; empty when it knows none with this address. */
  public Optional<NeighborView> neighbor(String address) {
    JsonNode peer = json("show bgp ipv4 unicast summary json").path("peers").path(address);
    if (peer.isMissingNode()) {
      return Optional.empty();
    }
    return Optional.of(
        new NeighborView(
            address,
            peer.path("state").asText(),
            peer.path("connectionsEstablished").asInt(),
            peer.path("connectionsDropped").asInt(),
            peer.path("peerUptimeMsec").asLong(),
            peer.path("pfxRcd").asInt(),
            peer.path("pfxSnt").asInt()));
  }

  /** All that it says about a neighbour ({@code show bgp neighbors A json}). */
  public JsonNode neighborDetails(String address) {
    return json("show bgp neighbors " + address + " json").path(address);
  }

  /** Its best routes, its own included. */
  public Map<String, RouteView> table() {
    Map<String, RouteView> table = new TreeMap<>();
    try (JsonParser parser = JSON.createParser(show("show bgp ipv4 unicast json"))) {
      while (parser.nextToken() != null) {
        if (parser.currentToken() == JsonToken.FIELD_NAME
            && parser.currentName().equals("routes")) {
          parser.nextToken();
          readRoutes(parser, table);
        }
      }
    } catch (IOException e) {
      throw new LabFailure("FRR's table cannot be read", e);
    }
    return table;
  }

  /** Its best routes that came from a neighbour. */
  public Map<String, RouteView> learned() {
    Map<String, RouteView> table = table();
    table.values().removeIf(route -> route.peer().isEmpty());
    return table;
  }

  private static void readRoutes(JsonParser parser, Map<String, RouteView> table)
      throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String prefix = parser.currentName();
      parser.nextToken();
      JsonNode paths = JSON.readTree(parser);
      for (JsonNode path : paths) {
        if (path.path("bestpath").asBoolean()) {
          table.put(prefix, route(path));
        }
      }
    }
  }

  private static RouteView route(JsonNode path) {
    List<String> nextHops = new ArrayList<>();
    path.path("nexthops").forEach(hop -> nextHops.add(hop.path("ip").asText()));
    String peer = path.path("peerId").asText();
    return new RouteView(
        peer.equals("(unspec)") ? "" : peer,
        path.path("path").asText(),
        path.path("origin").asText(),
        path.path("metric").asLong(),
        List.copyOf(nextHops));
  }

  /** A command whose answer is JSON. */
  public JsonNode json(String command) {
    String text = show(command);
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new LabFailure("no JSON from FRR to \"" + command + "\"", e);
    }
  }

  /** Waits until the session with a neighbour is Established. */
  public void awaitEstablished(String neighbor, Duration limit) {
    Waiting.until(
        "session of AS " + config.as() + " with " + neighbor,
        limit,
        () -> neighbor(neighbor).filter(NeighborView::established).isPresent());
  }

  private VtySocket vty() throws IOException {
    VtySocket open = vty;
    if (open == null) {
      open = new VtySocket(folder.resolve("bgpd.vty"));
      vty = open;
    }
    return open;
  }

  private LabFailure broken(IOException e) {
    closeVty();
    return new LabFailure("no answer from FRR (AS " + config.as() + ")", e);
  }

  private synchronized void closeVty() {
    try {
      if (vty != null) {
        vty.close();
      }
    } catch (IOException e) {
      // It is being thrown away.
    }
    vty = null;
  }

  @Override
  public void close() {
    Teardown.forget(this);
    closeVty();
    if (process != null) {
      process.close();
    }
  }
}
