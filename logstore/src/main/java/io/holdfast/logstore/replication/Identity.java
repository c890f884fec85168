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
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Who a member is, and which start of each other member it saw last: so that a disk that was lost,
 * or put back from an older copy, is not taken for the member that it was. In the file {@code
 * identity} of the member's folder. Thread-safe.
 *
 * <p>Each start is numbered and stamped with a random word. A member that comes with a number that
 * was seen already, but another stamp, or with a smaller number, has an older disk. One that comes
 * with none while it is remembered has lost its disk.
 */
final class Identity {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int VERSION = 1;
  private static final int STAMP_BYTES = 8;

  /** Behind the JSON: a line end, CRC32C of all before it as eight hex digits, a line end. */
  private static final int SUM_BYTES = 10;

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
  private State state;
  private Start start;

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
    identity.save();
    return identity;
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

  private static ObjectNode json(Start start) {
    return JSON.createObjectNode().put("number", start.number()).put("stamp", start.stamp());
  }

  private synchronized void save() throws IOException {
    byte[] bytes = JSON.writeValueAsBytes(json());
    byte[] whole = Arrays.copyOf(bytes, bytes.length + SUM_BYTES);
    byte[] sum = "\n%08x\n".formatted(crc(bytes, bytes.length)).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(sum, 0, whole, bytes.length, SUM_BYTES);
    MetaStore.replace(file, whole, true);
  }

  /** What stands in the file, and in a hello. */
  private ObjectNode json() {
    ObjectNode json = JSON.createObjectNode();
    json.put("v", VERSION).put("id", id).put("state", state.name());
    json.set("start", json(start));
    ObjectNode all = json.putObject("peers");
    peers.forEach((peer, seen) -> all.set(peer, json(seen)));
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

  /** Others remember that start of ours: ours follows it. */
  synchronized void follow(Start remembered) throws IOException {
    if (remembered.number() >= start.number()) {
      start = new Start(remembered.number() + 1, start.stamp());
      save();
    }
  }

  /** What another member says of itself. */
  record Hello(
      String id, State state, Start start, Map<String, Start> peers, long term, long last) {}

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
    boolean lostDisk = hello.state() == State.NEW;
    if (seen != null && !lostDisk) {
      boolean older = now.number() < seen.number();
      boolean other = now.number() == seen.number() && !now.stamp().equals(seen.stamp());
      if (older || other) {
        return ("the disk of member %s is older than what it was seen with (start %d, now %d): "
                + "empty its folder and start it again, it is then rebuilt from the others")
            .formatted(hello.id(), seen.number(), now.number());
      }
    }
    boolean news = seen == null || now.number() > seen.number();
    if (news && !hello.id().equals(id)) {
      peers.put(hello.id(), now);
      save();
    }
    return null;
  }
}
