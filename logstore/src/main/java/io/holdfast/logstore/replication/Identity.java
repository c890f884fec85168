package io.holdfast.logstore.replication;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.logstore.segment.LogCorruptException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Who a member is, and which start of each other member it saw last: so that a disk that was lost,
 * or put back from an older copy, is not taken for the member that it was. Also the addresses of
 * the log's members, for a log that may have lost its end, or all, cannot tell them any more. In
 * the file {@code identity} of the member's folder. Thread-safe.
 *
 * <p>Each start is numbered and stamped with a random word. A member knows the stamps of its last
 * {@value #KEPT_STARTS} starts. One that says it has all it ever promised, and does not know the
 * start that it was seen with, has an older disk, however often it was started since. One that
 * comes with an empty disk while it is remembered has lost it. A start with an empty disk is not
 * remembered: it has promised nothing, and must not be taken for one that has.
 */
final class Identity {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int VERSION = 1;
  private static final int STAMP_BYTES = 8;

  /** Behind the JSON: a line end, CRC32C of all before it as eight hex digits, a line end. */
  private static final int SUM_BYTES = 10;

  /** Starts of its own that a member knows. */
  static final int KEPT_STARTS = 256;

  /** Members that are remembered: beyond, a new one is refused. */
  static final int MOST_PEERS = 64;

  /** How much the disk of a member is worth. */
  enum State {
    /** It never took part. */
    NEW,
    /** It has all that it ever promised. */
    MEMBER,
    /** It may have lost what it promised; it does not vote until it has it again. */
    REBUILDING
  }

  /** A start of a member. */
  record Start(long number, String stamp) {}

  private final Path file;
  private final String id;
  private final Map<String, Start> peers = new HashMap<>();

  /** Our own last starts: stamp by number, this one included. */
  private final NavigableMap<Long, String> starts = new TreeMap<>();

  private State state;
  private Start start;

  /** As host:port; empty before they were noted for the first time. */
  private List<String> members = List.of();

  private Identity(Path file, String id, State state, Start start) {
    this.file = file;
    this.id = id;
    this.state = state;
    this.start = start;
  }

  /**
   * Reads the identity of a folder and begins a new start.
   *
   * @throws LogCorruptException if the file is no identity
   * @throws IOException also if the folder belongs to a member of another name
   */
  static Identity begin(Path directory, String id) throws IOException {
    Path file = directory.resolve("identity");
    Identity identity;
    if (Files.exists(file)) {
      identity = read(file, id);
      identity.start = new Start(identity.start.number() + 1, stamp());
    } else {
      identity = new Identity(file, id, State.NEW, new Start(1, stamp()));
    }
    identity.noteStart();
    identity.save();
    return identity;
  }

  /**
   * The members that were noted last in a folder, which may belong to a running member: nothing is
   * written.
   */
  static List<String> membersIn(Path directory, String id) throws IOException {
    Path file = directory.resolve("identity");
    return Files.exists(file) ? read(file, id).members : List.of();
  }

  private void noteStart() {
    starts.put(start.number(), start.stamp());
    while (starts.size() > KEPT_STARTS) {
      starts.pollFirstEntry();
    }
  }

  private static String stamp() {
    byte[] bytes = new byte[STAMP_BYTES];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  private static Identity read(Path file, String id) throws IOException {
    JsonNode json;
    byte[] bytes = Files.readAllBytes(file);
    int length = bytes.length - SUM_BYTES;
    if (length < 0 || !sum(bytes, length).equals("\n%08x\n".formatted(crc(bytes, length)))) {
      throw new LogCorruptException(
          file,
          Math.max(0, length),
          "a checksum that does not match: who this member is cannot be known");
    }
    try {
      json = JSON.readTree(bytes, 0, length);
    } catch (JsonProcessingException e) {
      throw new LogCorruptException(file, 0, "no identity of a member");
    }
    if (json == null || json.path("v").asInt() != VERSION || !json.path("start").isObject()) {
      throw new LogCorruptException(file, 0, "no identity of a member that this build knows");
    }
    String owner = json.path("id").asText();
    if (!owner.equals(id)) {
      throw new IOException(
          "the folder %s is that of member %s, not of %s".formatted(file.getParent(), owner, id));
    }
    State state = state(json.path("state").asText());
    if (state == null) {
      throw new LogCorruptException(file, 0, "a state that no member has");
    }
    Identity identity = new Identity(file, id, state, start(json.path("start")));
    json.path("peers")
        .properties()
        .forEach(peer -> identity.peers.put(peer.getKey(), start(peer.getValue())));
    identity.starts.putAll(starts(json));
    List<String> members = new ArrayList<>();
    json.path("members").forEach(member -> members.add(member.asText()));
    identity.members = List.copyOf(members);
    return identity;
  }

  private static String sum(byte[] bytes, int from) {
    return new String(bytes, from, SUM_BYTES, StandardCharsets.US_ASCII);
  }

  private static int crc(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }

  private static @Nullable State state(String text) {
    for (State state : State.values()) {
      if (state.name().equalsIgnoreCase(text)) {
        return state;
      }
    }
    return null;
  }

  private static Start start(JsonNode json) {
    return new Start(json.path("number").asLong(), json.path("stamp").asText());
  }

  private static Map<Long, String> starts(JsonNode json) {
    Map<Long, String> starts = new HashMap<>();
    for (Map.Entry<String, JsonNode> each : json.path("starts").properties()) {
      if (each.getKey().matches("[0-9]{1,18}") && starts.size() < KEPT_STARTS) {
        starts.put(Long.parseLong(each.getKey()), each.getValue().asText());
      }
    }
    return starts;
  }

  private static ObjectNode json(Start start) {
    return JSON.createObjectNode().put("number", start.number()).put("stamp", start.stamp());
  }

  private synchronized void save() throws IOException {
    ObjectNode json = json();
    members.forEach(json.putArray("members")::add);
    byte[] bytes = JSON.writeValueAsBytes(json);
    byte[] whole = Arrays.copyOf(bytes, bytes.length + SUM_BYTES);
    byte[] sum = "\n%08x\n".formatted(crc(bytes, bytes.length)).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(sum, 0, whole, bytes.length, SUM_BYTES);
    MetaStore.replace(file, whole, true);
  }

  /** What stands both in the file and in a hello. */
  private ObjectNode json() {
    ObjectNode json = JSON.createObjectNode();
    json.put("v", VERSION).put("id", id).put("state", state.name());
    json.set("start", json(start));
    ObjectNode all = json.putObject("peers");
    peers.forEach((peer, seen) -> all.set(peer, json(seen)));
    ObjectNode own = json.putObject("starts");
    starts.forEach((number, stamp) -> own.put(Long.toString(number), stamp));
    return json;
  }

  String id() {
    return id;
  }

  synchronized State state() {
    return state;
  }

  synchronized Start start() {
    return start;
  }

  /** A change that must survive. */
  synchronized void state(State value) throws IOException {
    if (state != value) {
      state = value;
      save();
    }
  }

  /** The members of the log, by host:port, as they were noted last. */
  synchronized List<String> members() {
    return members;
  }

  /** Notes them; a change that must survive. */
  synchronized void members(List<String> value) throws IOException {
    List<String> before = members;
    if (before.equals(value)) {
      return;
    }
    members = List.copyOf(value);
    try {
      save();
    } catch (IOException e) {
      members = before; // so that it is tried again
      throw e;
    }
  }

  /** Others remember that start of ours: ours follows it. */
  synchronized void follow(Start remembered) throws IOException {
    if (remembered.number() >= start.number()) {
      starts.remove(start.number());
      start = new Start(remembered.number() + 1, start.stamp());
      noteStart();
      save();
    }
  }

  /** What another member says of itself. */
  record Hello(
      String id,
      State state,
      Start start,
      Map<Long, String> starts,
      Map<String, Start> peers,
      long term,
      long last) {}

  /** Ours, for the others. */
  synchronized byte[] hello(long term, long last) {
    try {
      return JSON.writeValueAsBytes(json().put("term", term).put("last", last));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Null if it is not the hello of a member. */
  static @Nullable Hello hello(byte[] bytes) {
    try {
      JsonNode json = JSON.readTree(bytes);
      if (json == null || json.path("v").asInt() != VERSION || !json.path("start").isObject()) {
        return null;
      }
      State state = state(json.path("state").asText());
      String id = json.path("id").asText();
      if (state == null || id.isEmpty() || id.length() > 63) {
        return null;
      }
      Map<String, Start> peers = new HashMap<>();
      json.path("peers")
          .properties()
          .forEach(peer -> peers.put(peer.getKey(), start(peer.getValue())));
      return new Hello(
          id,
          state,
          start(json.path("start")),
          starts(json),
          peers,
          json.path("term").asLong(),
          json.path("last").asLong());
    } catch (IOException e) {
      return null;
    }
  }

  /**
   * Hears the hello of another member.
   *
   * @return why it is refused, or null
   */
  synchronized @Nullable String hear(Hello hello) throws IOException {
    Start seen = peers.get(hello.id());
    Start now = hello.start();
    if (seen != null
        && hello.state() == State.MEMBER
        && !seen.stamp().equals(hello.starts().get(seen.number()))) {
      return ("the disk of member %s is older than what it was seen with (start %d, now %d): "
              + "empty its folder and start it again, it is then rebuilt from the others")
          .formatted(hello.id(), seen.number(), now.number());
    }
    if (hello.state() == State.NEW || hello.id().equals(id)) {
      return null;
    }
    if (seen == null && peers.size() >= MOST_PEERS) {
      return "%d members are remembered already: no place for %s".formatted(MOST_PEERS, hello.id());
    }
    if (seen == null || now.number() > seen.number()) {
      peers.put(hello.id(), now);
      save();
    }
    return null;
  }
}
