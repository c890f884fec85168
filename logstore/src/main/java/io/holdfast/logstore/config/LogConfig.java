package io.holdfast.logstore.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The section {@code failover.log}: where the log is and how it is kept. Immutable, valid.
 *
 * @param directory folder of the segment files, absolute; may not exist yet. Not used where the
 *     placement is {@link Servers}
 * @param sync committed means synced to the disk
 * @param segmentBytes size of a segment file, 1 MiB to 1 GiB
 * @param idleLimit after which a stream is expired; empty: never
 * @param placement which machines keep the log
 */
public record LogConfig(
    Path directory,
    boolean sync,
    long segmentBytes,
    Optional<Duration> idleLimit,
    Placement placement) {

  /** Where the folder is unless the file says otherwise. */
  static final String DEFAULT_DIRECTORY = "/var/lib/holdfast/log";

  /** Of a member that the file gives none. */
  static final int DEFAULT_PRIORITY = 100;

  static final long DEFAULT_SEGMENT_BYTES = 64L << 20;

  /** Which machines keep the log. */
  public sealed interface Placement {}

  /** This machine alone, within the process that owns the log. */
  public record Alone() implements Placement {}

  /**
   * This machine and others, or this one for others.
   *
   * @param self id of this machine's member
   * @param all members, this one included, in the file's order; at least one
   */
  public record Members(String self, List<Member> all, Tls tls) implements Placement {
    /** Makes the list immutable. */
    public Members {
      all = List.copyOf(all);
    }

    /** This machine's. */
    public Member own() {
      return all.stream().filter(m -> m.id().equals(self)).findFirst().orElseThrow();
    }
  }

  /**
   * Other machines; nothing is stored here.
   *
   * @param addresses of some members or all, at least one, in the file's order
   */
  public record Servers(List<HostPort> addresses, Tls tls) implements Placement {
    /** Makes the list immutable. */
    public Servers {
      addresses = List.copyOf(addresses);
    }
  }

  /**
   * A member of the log.
   *
   * @param id a name, unique
   * @param address where it listens, unique
   * @param priority 0 (never leads) to 100
   */
  public record Member(String id, HostPort address, int priority) {}

  /**
   * PEM files, absolute. Their contents are checked by who opens them.
   *
   * @param certificate ours, with its chain
   * @param key of the certificate
   * @param authority that signs for all
   */
  public record Tls(Path certificate, Path key, Path authority) {}

  /** Notes what is wrong with the section of {@code file} beyond the schema. */
  public static void check(ConfigFile file) {
    new LogConfigCheck(file.root().section("failover").section("log")).check();
  }

  /**
   * Notes which of the TLS files this process cannot read. For the daemons that use them: others
   * that read the same file may run as users who must not see the key.
   */
  public static void checkFiles(ConfigFile file) {
    new LogConfigCheck(file.root().section("failover").section("log")).checkFiles(file);
  }

  /** The model of a file that was accepted. */
  public static LogConfig of(ConfigFile file) {
    ConfigSection log = file.root().section("failover").section("log");
    return new LogConfig(
        directory(file),
        log.flag("sync").orElse(false),
        log.size("segment-size").orElse(DEFAULT_SEGMENT_BYTES),
        log.duration("idle-limit"),
        placement(file, log));
  }

  /** The section's folder alone, from a file that may be wrong elsewhere: placed {@link Alone}. */
  public static LogConfig folderOf(ConfigFile file) {
    return new LogConfig(
        directory(file), false, DEFAULT_SEGMENT_BYTES, Optional.empty(), new Alone());
  }

  private static Path directory(ConfigFile file) {
    ConfigSection log = file.root().section("failover").section("log");
    return file.resolve(log.text("directory").orElse(DEFAULT_DIRECTORY));
  }

  private static Placement placement(ConfigFile file, ConfigSection log) {
    List<ConfigSection> members = log.sections("members");
    if (!members.isEmpty()) {
      return new Members(
          log.text("member").orElseThrow(),
          members.stream().map(LogConfig::member).toList(),
          tls(file, log));
    }
    if (log.has("servers")) {
      List<HostPort> servers =
          log.texts("servers").stream()
              .map(text -> text.flatMap(HostPort::parse).orElseThrow())
              .toList();
      return new Servers(servers, tls(file, log));
    }
    return new Alone();
  }

  private static Member member(ConfigSection section) {
    return new Member(
        section.text("id").orElseThrow(),
        section.text("address").flatMap(HostPort::parse).orElseThrow(),
        section.number("priority").map(Long::intValue).orElse(DEFAULT_PRIORITY));
  }

  private static Tls tls(ConfigFile file, ConfigSection log) {
    ConfigSection tls = log.section("tls");
    return new Tls(
        file.resolve(tls.text("certificate").orElseThrow()),
        file.resolve(tls.text("key").orElseThrow()),
        file.resolve(tls.text("authority").orElseThrow()));
  }

  /** What is allowed and unwise, a line each; for a daemon's log and for whoever checks a file. */
  public List<String> warnings() {
    if (placement instanceof Members members && members.all().size() % 2 == 0) {
      int count = members.all().size();
      return List.of(
          count == 2
              ? "failover.log.members: two members survive a loss only by hand (holdfast log"
                  + " force-leader); a third, which may be a logd with priority 0, makes it one"
                  + " by themselves"
              : "failover.log.members: %d members survive the loss of %d, no more than %d would"
                  .formatted(count, (count - 1) / 2, count - 1));
    }
    return List.of();
  }
}
