package io.holdfast.logstore.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What no schema can say about {@code failover.log}; each problem at its place. */
final class LogConfigCheck {

  private static final long LEAST_SEGMENT = 1L << 20;
  private static final long LARGEST_SEGMENT = 1L << 30;
  private static final List<String> FILES = List.of("certificate", "key", "authority");

  private final ConfigSection log;
  private final List<ConfigSection> members;

  LogConfigCheck(ConfigSection log) {
    this.log = log;
    this.members = log.sections("members");
  }

  void check() {
    values();
    boolean elsewhere = log.has("servers");
    boolean several = !members.isEmpty();
    if (elsewhere && several) {
      log.problem(
          "servers", "servers beside members; allowed: one of them (members keep the log here)");
    } else if (elsewhere) {
      servers();
    }
    if (several) {
      members();
    } else if (log.has("member") && !elsewhere) {
      log.problem("member", "member without members; allowed: only with the list of members");
    }
    tls(elsewhere || several);
  }

  private void values() {
    log.size("segment-size")
        .filter(size -> size < LEAST_SEGMENT || size > LARGEST_SEGMENT)
        .ifPresent(
            size ->
                log.problem(
                    "segment-size",
                    "a segment-size of %d bytes; allowed: 1MiB to 1GiB".formatted(size)));
    log.duration("idle-limit")
        .filter(Duration::isZero)
        .ifPresent(
            d -> log.problem("idle-limit", "an idle-limit of nothing; allowed: more than 0"));
  }

  private void servers() {
    List<Optional<String>> texts = log.texts("servers");
    Set<HostPort> seen = new HashSet<>();
    for (int i = 0; i < texts.size(); i++) {
      int index = i;
      texts
          .get(i)
          .filter(LogConfigCheck::matchesSchema)
          .ifPresent(
              text -> {
                Optional<HostPort> server = HostPort.parse(text);
                Optional<String> fault = fault(text, server);
                if (fault.isPresent()) {
                  log.problem("servers", index, fault.get());
                } else if (!seen.add(server.orElseThrow())) {
                  log.problem("servers", index, "the server " + text + " again; allowed: once");
                }
              });
    }
    if (log.has("member")) {
      log.problem("member", "member with servers; allowed: only with the list of members");
    }
    if (log.flag("sync").orElse(false)) {
      log.problem("sync", "sync with servers; their own configuration says what committed means");
    }
    for (String key : List.of("segment-size", "idle-limit")) {
      if (log.has(key)) {
        log.problem(key, key + " with servers; allowed: only where the log is kept");
      }
    }
  }

  private void members() {
    List<String> ids = new ArrayList<>();
    Map<HostPort, String> addresses = new HashMap<>();
    for (ConfigSection member : members) {
      Optional<String> id = member.text("id");
      id.filter(ids::contains)
          .ifPresent(
              again -> member.problem("id", "the member " + again + " again; allowed: once"));
      id.ifPresent(ids::add);
      member
          .text("address")
          .filter(LogConfigCheck::matchesSchema)
          .ifPresent(text -> address(member, text, id.orElse("another"), addresses));
    }
    if (members.stream().allMatch(m -> m.number("priority").orElse(1L) == 0)) {
      log.problem(
          "members", "no member may lead: all have priority 0; allowed: at least one above 0");
    }
    Optional<String> own = log.text("member");
    if (own.isEmpty() && !log.has("member")) {
      log.problem("no key member in failover.log; with members it says which of them this one is");
    }
    own.filter(id -> !ids.contains(id))
        .ifPresent(id -> log.unknownName("member", "member of the log", id, ids));
  }

  private static void address(
      ConfigSection member, String text, String id, Map<HostPort, String> addresses) {
    Optional<HostPort> address = HostPort.parse(text);
    Optional<String> fault = fault(text, address);
    if (fault.isPresent()) {
      member.problem("address", fault.get());
      return;
    }
    String other = addresses.putIfAbsent(address.orElseThrow(), id);
    if (other != null) {
      member.problem(
          "address", "the address %s is member %s's already; allowed: once".formatted(text, other));
    }
  }

  /** What the schema's pattern has refused is told there. */
  private static boolean matchesSchema(String text) {
    return text.matches("(\\[[0-9A-Fa-f:.]{2,45}\\]|[A-Za-z0-9][A-Za-z0-9.-]{0,252}):[0-9]{1,5}");
  }

  private static Optional<String> fault(String text, Optional<HostPort> parsed) {
    if (parsed.isEmpty()) {
      return Optional.of(
          "\"%s\" is no address; allowed: host:port or [IPv6]:port, port 1 to 65535"
              .formatted(text));
    }
    return parsed
        .filter(HostPort::unspecified)
        .map(any -> "%s is no address that others can connect to".formatted(text));
  }

  private void tls(boolean needed) {
    if (needed && !log.has("tls")) {
      log.problem("no key tls in failover.log; it is required with members and with servers");
    } else if (!needed && log.has("tls")) {
      log.problem("tls", "tls for a log on this machine alone; allowed: with members or servers");
    }
  }

  void checkFiles(ConfigFile file) {
    ConfigSection tls = log.section("tls");
    for (String key : FILES) {
      tls.text(key)
          .map(file::resolve)
          .flatMap(LogConfigCheck::unreadable)
          .ifPresent(fault -> tls.problem(key, fault));
    }
  }

  private static Optional<String> unreadable(Path path) {
    if (Files.isDirectory(path)) {
      return Optional.of(path + " is a folder; a PEM file is needed");
    }
    if (Files.notExists(path)) {
      return Optional.of(path + ": no such file; a PEM file is needed");
    }
    return Files.isReadable(path)
        ? Optional.empty()
        : Optional.of(path + " cannot be read by this user; a PEM file is needed");
  }
}
