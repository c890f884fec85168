package io.holdfast.lab.topology;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.lab.frr.FrrRouter;
import io.holdfast.lab.net.Janitor;
import io.holdfast.lab.net.LabFailure;
import io.holdfast.lab.net.Namespace;
import io.holdfast.lab.net.Teardown;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A topology that stays up by itself, known by its state file {@code /run/holdfast-lab/NAME.json}.
 *
 * @param name the topology's name
 * @param namespaces names of its namespaces: a, h, b
 * @param folder the folder of its files, with {@code a}, {@code b} and {@code h} inside
 * @param transport what the speaker runs on
 * @param supervise whether failoverd starts the speaker
 */
public record Standing(
    String name,
    List<String> namespaces,
    Path folder,
    PairSetup.Transport transport,
    boolean supervise) {
  private static final Path STATES = Path.of("/run/holdfast-lab");
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final HalfUp HALF_UP = new HalfUp();

  /** What is up, and may be incomplete: it is taken down when the JVM ends. */
  private static final class HalfUp implements AutoCloseable {
    @Override
    public void close() {
      all().forEach(Standing::down);
    }
  }

  /**
   * Brings a pair of peers up. Until {@link #stays} is called it goes with this JVM, so that
   * neither a failure nor Ctrl-C leaves half of it.
   */
  public static PairOfPeers up(String name, PairSetup setup) {
    if (!all().isEmpty()) {
      throw new LabFailure(all().getFirst().name() + " is up already; lab/down takes it down");
    }
    Teardown.keep(HALF_UP);
    return PairOfPeers.startStanding(setup, name);
  }

  /** What was brought up is complete, and stays when this JVM ends. */
  public static void stays() {
    Teardown.forget(HALF_UP);
  }

  /** Writes the state file. */
  void write() {
    ObjectNode state = JsonNodeFactory.instance.objectNode();
    state.put("name", name).put("folder", folder.toString());
    state.put("transport", transport.name()).put("supervise", supervise);
    namespaces.forEach(state.putArray("namespaces")::add);
    try {
      Files.createDirectories(STATES);
      Files.writeString(stateFile(name), state.toPrettyString());
    } catch (IOException e) {
      throw new LabFailure("cannot write " + stateFile(name), e);
    }
  }

  /** What stands. */
  public static List<Standing> all() {
    List<Standing> all = new ArrayList<>();
    if (!Files.isDirectory(STATES)) {
      return all;
    }
    try (Stream<Path> files = Files.list(STATES)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".json")).sorted().toList()) {
        all.add(read(file));
      }
    } catch (IOException e) {
      throw new LabFailure("cannot read " + STATES, e);
    }
    return all;
  }

  private static Standing read(Path file) throws IOException {
    JsonNode state = JSON.readTree(file.toFile());
    List<String> namespaces = new ArrayList<>();
    state.path("namespaces").forEach(namespace -> namespaces.add(namespace.asText()));
    return new Standing(
        state.path("name").asText(),
        List.copyOf(namespaces),
        Path.of(state.path("folder").asText()),
        PairSetup.Transport.valueOf(state.path("transport").asText()),
        state.path("supervise").asBoolean());
  }

  private static Path stateFile(String name) {
    return STATES.resolve(name + ".json");
  }

  /** Its Holdfast. */
  public Holdfast holdfast() {
    PairSetup setup =
        transport == PairSetup.Transport.DIRECT ? PairSetup.direct() : PairSetup.failover();
    return new Holdfast(
        Namespace.existing(namespaces.get(1)),
        folder.resolve("h"),
        supervise ? setup : setup.unsupervised());
  }

  /** Its FRR a. */
  public FrrRouter a() {
    return FrrRouter.existing(folder.resolve("a"), PairOfPeers.configA(9));
  }

  /** Its FRR b. */
  public FrrRouter b() {
    return FrrRouter.existing(folder.resolve("b"), PairOfPeers.configB(9));
  }

  /** Ends its processes, removes its namespaces and files. */
  public void down() {
    // Holdfast first: peers that went before it would only make it complain.
    for (String namespace : List.of(namespaces.get(1), namespaces.get(0), namespaces.get(2))) {
      Namespace.existing(namespace).close();
    }
    Janitor.delete(folder);
    try {
      Files.deleteIfExists(stateFile(name));
    } catch (IOException e) {
      throw new LabFailure("cannot remove " + stateFile(name), e);
    }
  }
}
