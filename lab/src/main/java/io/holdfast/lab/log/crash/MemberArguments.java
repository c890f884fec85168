package io.holdfast.lab.log.crash;

import io.holdfast.logstore.replication.MemberConfig;
import io.holdfast.logstore.rpc.MemberAddress;
import io.holdfast.logstore.rpc.TlsFiles;
import io.holdfast.logstore.segment.Disk;
import io.holdfast.logstore.segment.StoreOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a member process is to be.
 *
 * @param directory of the member
 * @param sync what it promises
 * @param segmentBytes of a segment file
 * @param snapshotBytes after which it makes a snapshot
 * @param lowSpaceBytes below which its status is LOW_SPACE
 * @param self id of this member among the members; null for a member alone
 * @param members all, this one included; empty for a member alone
 * @param tls null for a member alone
 * @param stop where its disk stops for ever while it starts; null for nowhere
 */
record MemberArguments(
    Path directory,
    boolean sync,
    long segmentBytes,
    long snapshotBytes,
    long lowSpaceBytes,
    @Nullable String self,
    List<MemberAddress> members,
    @Nullable TlsFiles tls,
    @Nullable Stop stop) {
  /**
   * All members share their cores: they wait longer for one another than on machines of their own.
   */
  private static final Duration ELECTION_TIMEOUT = Duration.ofSeconds(1);

  /** Soon: a test waits for it. */
  private static final Duration FIRST_SCRUB = Duration.ofSeconds(4);

  /** A place of the disk: an operation, and how many of its kind go before. */
  record Stop(TroubledDisk.Operation operation, int after) {
    @Override
    public String toString() {
      return operation + ":" + after;
    }

    static Stop of(String text) {
      String[] parts = text.split(":", 2);
      return new Stop(TroubledDisk.Operation.valueOf(parts[0]), Integer.parseInt(parts[1]));
    }
  }

  /** A member alone. */
  static MemberArguments alone(
      Path directory, boolean sync, long segmentBytes, long snapshotBytes) {
    return new MemberArguments(
        directory, sync, segmentBytes, snapshotBytes, 0, null, List.of(), null, null);
  }

  MemberArguments withStop(@Nullable Stop value) {
    return new MemberArguments(
        directory, sync, segmentBytes, snapshotBytes, lowSpaceBytes, self, members, tls, value);
  }

  MemberArguments withLowSpace(long bytes) {
    return new MemberArguments(
        directory, sync, segmentBytes, snapshotBytes, bytes, self, members, tls, stop);
  }

  MemberConfig config(Disk disk) {
    StoreOptions store = StoreOptions.of(sync).withSegmentBytes(segmentBytes);
    MemberConfig config =
        self == null
            ? MemberConfig.alone(directory, sync)
            : MemberConfig.member(directory, sync, own(self), members, 100);
    return config
        .withStore(store)
        .withLimits(lowSpaceBytes, snapshotBytes)
        .withElectionTimeout(ELECTION_TIMEOUT)
        .withFirstScrub(FIRST_SCRUB)
        .withDisk(disk);
  }

  private MemberAddress own(String id) {
    return members.stream().filter(each -> each.id().equals(id)).findFirst().orElseThrow();
  }

  /** As words of a command line. */
  List<String> words() {
    List<String> words = new ArrayList<>();
    words.add("directory=" + directory);
    words.add("sync=" + sync);
    words.add("segment=" + segmentBytes);
    words.add("snapshot=" + snapshotBytes);
    words.add("low-space=" + lowSpaceBytes);
    if (self != null && tls != null) {
      words.add("self=" + self);
      words.add(
          "members=" + String.join(",", members.stream().map(MemberArguments::text).toList()));
      words.add("certificate=" + tls.certificate());
      words.add("key=" + tls.key());
      words.add("authority=" + tls.authority());
    }
    if (stop != null) {
      words.add("stop=" + stop);
    }
    return words;
  }

  static MemberArguments of(String[] words) {
    Map<String, String> values = new HashMap<>();
    for (String word : words) {
      int equals = word.indexOf('=');
      if (equals < 0) {
        throw new IllegalArgumentException("not NAME=VALUE: " + word);
      }
      values.put(word.substring(0, equals), word.substring(equals + 1));
    }
    String self = values.get("self");
    String stop = values.get("stop");
    return new MemberArguments(
        Path.of(value(values, "directory")),
        Boolean.parseBoolean(value(values, "sync")),
        Long.parseLong(value(values, "segment")),
        Long.parseLong(value(values, "snapshot")),
        Long.parseLong(value(values, "low-space")),
        self,
        self == null ? List.of() : members(value(values, "members")),
        self == null
            ? null
            : new TlsFiles(
                Path.of(value(values, "certificate")),
                Path.of(value(values, "key")),
                Path.of(value(values, "authority"))),
        stop == null ? null : Stop.of(stop));
  }

  private static String value(Map<String, String> values, String name) {
    String value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException(name + "= is missing");
    }
    return value;
  }

  private static List<MemberAddress> members(String text) {
    List<MemberAddress> members = new ArrayList<>();
    for (String word : text.split(",", -1)) {
      members.add(address(word));
    }
    return members;
  }

  /** As {@code id@host:port}. */
  static String text(MemberAddress address) {
    return address.id() + '@' + address.host() + ':' + address.port();
  }

  static MemberAddress address(String text) {
    int at = text.indexOf('@');
    int colon = text.lastIndexOf(':');
    return new MemberAddress(
        text.substring(0, at),
        text.substring(at + 1, colon),
        Integer.parseInt(text.substring(colon + 1)));
  }
}
