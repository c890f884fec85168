package io.holdfast.logstore.logd;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.logstore.config.HostPort;
import io.holdfast.logstore.control.ControlException;
import io.holdfast.logstore.control.ControlServer;
import io.holdfast.logstore.log.Log;
import io.holdfast.logstore.log.LogStatistics;
import io.holdfast.logstore.log.Streams;
import io.holdfast.logstore.replication.Membership;
import io.holdfast.logstore.rpc.MemberAddress;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The control commands of a log, the same in logd and failoverd: {@code log.status}, {@code
 * log.streams}, {@code log.members} and {@code log.force-leader}; docs/control-protocol.md shows
 * the answers.
 */
public final class LogCommands {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final int MOST_STREAMS = 1_000;
  private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,62}";
  private static final DateTimeFormatter MILLIS =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

  private final Supplier<LogView> view;
  private final MemberChange change = new MemberChange();

  /**
   * Commands over a log.
   *
   * @param view the log as it is now; asked for each command
   */
  public LogCommands(Supplier<LogView> view) {
    this.view = view;
  }

  /** Adds the commands to a server that is not open yet. */
  public ControlServer addTo(ControlServer server) {
    return server
        .command("log.status", _ -> answer(this::status))
        .command("log.streams", arguments -> answer(log -> streams(log, arguments)))
        .command("log.members", arguments -> answer(log -> members(log, arguments)))
        .command("log.force-leader", arguments -> answer(log -> forceLeader(log, arguments)));
  }

  @FunctionalInterface
  private interface Question {
    JsonNode answer(LogView log) throws ControlException;
  }

  private JsonNode answer(Question question) throws ControlException {
    try {
      return question.answer(view.get());
    } catch (UncheckedIOException e) {
      throw new ControlException(text(e.getCause()));
    }
  }

  private static String text(@Nullable Throwable error) {
    return error == null ? "no answer" : String.valueOf(error.getMessage());
  }

  // log.status

  private JsonNode status(LogView log) {
    LogStatistics figures = log.statistics();
    ObjectNode answer = JSON.objectNode();
    text(answer, "member", log.member());
    answer.put("role", log.role());
    text(answer, "leader", log.leader());
    number(answer, "term", log.term());
    number(answer, "index", log.index());
    answer.put("committed", log.committed());
    answer.put("position", log.position());
    answer.put("first", log.first());
    answer.put("status", log.status().name());
    text(answer, "reason", log.reason());
    answer.put("durability", log.durability());
    boolean failed = log.status() == Log.Status.FAILED && figures.members().size() > 1;
    DurabilityNow now =
        failed ? DurabilityNow.failed(log.reason()) : DurabilityNow.of(figures.members());
    answer.put("durability-now", now.text());
    answer.put("spare-members", now.spare().isPresent() ? now.spare().getAsInt() : null);
    answer.set("members", members(log, figures));
    answer.put("streams", active(log));
    answer.put("bytes", figures.bytes());
    answer.put("records", figures.records());
    answer
        .putObject("commit-latency-us")
        .put("p50", figures.commitP50Micros())
        .put("p99", figures.commitP99Micros());
    return answer;
  }

  /** The members of a log that cannot be reached cannot be asked; all else can still be shown. */
  private static @Nullable Integer active(LogView log) {
    try {
      return log.streams().active();
    } catch (UncheckedIOException e) {
      return null;
    }
  }

  private static void text(ObjectNode node, String key, String value) {
    node.put(key, value.isEmpty() ? null : value);
  }

  private static void number(ObjectNode node, String key, OptionalLong value) {
    node.put(key, value.isPresent() ? Long.valueOf(value.getAsLong()) : null);
  }

  /** The leader hears from all, the others from the leader; null is what nobody here knows. */
  private static @Nullable Boolean reachable(String role) {
    return switch (role) {
      case "other" -> null;
      case "unreachable" -> false;
      default -> true;
    };
  }

  private static ArrayNode members(LogView log, LogStatistics figures) {
    ArrayNode members = JSON.arrayNode();
    for (LogStatistics.Member member : figures.members()) {
      String role = member.address().equals(log.leader()) ? "leader" : member.role();
      members
          .addObject()
          .put("id", member.id())
          .put("address", member.address())
          .put("role", role)
          .put("reachable", reachable(role))
          .put("lag", member.lag() < 0 ? null : Long.valueOf(member.lag()))
          .put("self", member.id().equals(log.member()));
    }
    return members;
  }

  // log.streams

  private static JsonNode streams(LogView log, JsonNode arguments) throws ControlException {
    Streams streams = log.streams();
    List<Streams.Stream> found;
    if (arguments.has("endpoint")) {
      found = streams.byEndpoint(bytes(arguments)).stream().toList();
    } else {
      int limit = arguments.path("limit").asInt(100);
      if (limit < 1 || limit > MOST_STREAMS) {
        throw new ControlException("limit " + limit + "; allowed: 1 to " + MOST_STREAMS);
      }
      found = streams.page(arguments.path("after").asLong(Long.MIN_VALUE), limit);
    }
    ObjectNode answer = JSON.objectNode().put("active", streams.active());
    ArrayNode list = answer.putArray("streams");
    for (Streams.Stream stream : found) {
      list.addObject()
          .put("key", stream.key())
          .put("endpoint", HexFormat.of().formatHex(stream.endpoint()))
          .put("opened", stream.opened())
          .put("length", stream.length())
          .put("records", stream.records())
          .put("firstTime", time(stream.firstMicros()))
          .put("lastTime", time(stream.lastMicros()));
    }
    return answer;
  }

  private static byte[] bytes(JsonNode arguments) throws ControlException {
    try {
      return HexFormat.of().parseHex(arguments.get("endpoint").asText());
    } catch (IllegalArgumentException e) {
      throw new ControlException("endpoint is not in hexadecimal digits");
    }
  }

  private static String time(long micros) {
    return MILLIS.format(Instant.EPOCH.plus(micros, ChronoUnit.MICROS));
  }

  // log.members

  private JsonNode members(LogView log, JsonNode arguments) throws ControlException {
    String action = arguments.path("action").asText("list");
    switch (action) {
      case "list" -> {}
      case "add" -> {
        MemberAddress added = address(log, arguments);
        change.begin("add " + added.id() + " at " + hostPort(added), () -> group(log).add(added));
      }
      case "remove" -> {
        String removed = known(log, "id", arguments);
        change.begin("remove " + removed, () -> group(log).remove(removed));
      }
      case "replace" -> {
        String old = known(log, "old", arguments);
        MemberAddress by = address(log, arguments);
        change.begin(
            "replace " + old + " by " + by.id() + " at " + hostPort(by),
            () -> group(log).replace(old, by));
      }
      default ->
          throw new ControlException(
              "no action " + action + "; there are list, add, remove, replace");
    }
    ObjectNode answer = JSON.objectNode();
    text(answer, "leader", log.leader());
    answer.set("members", members(log, log.statistics()));
    answer.set("change", change.json());
    return answer;
  }

  private static Membership group(LogView log) {
    return log.membership().orElseThrow();
  }

  private static void needMember(LogView log) throws ControlException {
    if (log.membership().isEmpty()) {
      throw new ControlException(
          "this process has no member of the log, which is elsewhere: ask a member");
    }
  }

  private static MemberAddress address(LogView log, JsonNode arguments) throws ControlException {
    needMember(log);
    String id = argument(arguments, "id");
    if (!id.matches(NAME)) {
      throw new ControlException(
          "\"" + id + "\" is no name: letters, digits, '.', '_' and '-', at most 63");
    }
    String text = argument(arguments, "address");
    HostPort address =
        HostPort.parse(text)
            .filter(parsed -> !parsed.unspecified())
            .orElseThrow(
                () ->
                    new ControlException(
                        "\"" + text + "\" is no address; allowed: host:port or [IPv6]:port"));
    for (LogStatistics.Member member : log.statistics().members()) {
      if (member.id().equals(id) || member.address().equals(address.toString())) {
        throw new ControlException(
            "member %s at %s is there already".formatted(member.id(), member.address()));
      }
    }
    return new MemberAddress(id, address.host(), address.port());
  }

  /** Host and port of the member that an argument names, by id or by address. */
  private static String known(LogView log, String key, JsonNode arguments) throws ControlException {
    needMember(log);
    return known(log, argument(arguments, key));
  }

  private static String known(LogView log, String name) throws ControlException {
    List<LogStatistics.Member> members = log.statistics().members();
    Optional<LogStatistics.Member> found =
        members.stream().filter(m -> m.id().equals(name) || m.address().equals(name)).findFirst();
    return found
        .map(LogStatistics.Member::address)
        .orElseThrow(
            () ->
                new ControlException(
                    "no member is called \"%s\"; there are %s"
                        .formatted(
                            name,
                            String.join(
                                ", ", members.stream().map(LogStatistics.Member::id).toList()))));
  }

  private static String argument(JsonNode arguments, String key) throws ControlException {
    String text = ControlServer.text(arguments, key);
    if (text == null) {
      throw new ControlException(key + " is missing");
    }
    return text;
  }

  private static String hostPort(MemberAddress address) {
    return new HostPort(address.host(), address.port()).toString();
  }

  // log.force-leader

  private JsonNode forceLeader(LogView log, JsonNode arguments) throws ControlException {
    needMember(log);
    if (!arguments.path("confirm").asBoolean()) {
      throw new ControlException(
          "not confirmed: entries that only the lost members had are lost for good");
    }
    List<String> survivors = new ArrayList<>();
    for (JsonNode name : arguments.path("survivors")) {
      survivors.add(known(log, name.asText()));
    }
    if (survivors.isEmpty()) {
      survivors.add(known(log, log.member()));
    }
    change.begin(
        "force " + String.join(", ", survivors) + " to be the whole group",
        () -> group(log).forceLeader(survivors));
    return JSON.objectNode().set("change", change.json());
  }
}
