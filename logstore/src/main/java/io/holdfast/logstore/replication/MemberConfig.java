package io.holdfast.logstore.replication;

import io.holdfast.logstore.rpc.MemberAddress;
import io.holdfast.logstore.segment.Disk;
import io.holdfast.logstore.segment.StoreOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a member of the log needs to know.
 *
 * @param directory of the member; made if missing
 * @param store how it stores; {@link StoreOptions#sync} is the durability that it promises
 * @param self its own address; null for a group of one without a network
 * @param members of the group when it began, this one included; empty for a group of one
 * @param priority of this member, which the others do not know. 0: it never leads; 1 to 100: the
 *     larger, the sooner it stands for election
 * @param electionTimeout without a word from a leader for so long, it stands for election
 * @param lowSpaceBytes usable bytes of the file system below which the status is LOW_SPACE; 0 for
 *     never
 * @param snapshotBytes of new log after which a snapshot is made
 * @param idleLimit streams without a record for longer are expired; null for never
 * @param firstScrub from the start of one of several, or about from when it becomes one, to its
 *     first look at every byte that it holds
 * @param disk that holds the segment files
 */
public record MemberConfig(
    Path directory,
    StoreOptions store,
    @Nullable MemberAddress self,
    List<MemberAddress> members,
    int priority,
    Duration electionTimeout,
    long lowSpaceBytes,
    long snapshotBytes,
    @Nullable Duration idleLimit,
    Duration firstScrub,
    Disk disk) {

  /** Default of the election timeout. */
  public static final Duration ELECTION_TIMEOUT = Duration.ofMillis(350);

  private static final Duration FIRST_SCRUB = Duration.ofSeconds(30);
  private static final long LOW_SPACE_BYTES = 128L << 20;
  private static final long SNAPSHOT_BYTES = 64L << 20;

  public MemberConfig {
    members = List.copyOf(members);
    if (priority < 0 || priority > 100) {
      throw new IllegalArgumentException("priority " + priority);
    }
    if (self == null && !members.isEmpty()) {
      throw new IllegalArgumentException("members without an own address");
    }
  }

  /** This machine alone, nothing on the network. */
  public static MemberConfig alone(Path directory, boolean sync) {
    return new MemberConfig(
        directory,
        StoreOptions.of(sync),
        null,
        List.of(),
        100,
        ELECTION_TIMEOUT,
        LOW_SPACE_BYTES,
        SNAPSHOT_BYTES,
        null,
        FIRST_SCRUB,
        Disk.real());
  }

  /** One of several members, or one that serves owners elsewhere. */
  public static MemberConfig member(
      Path directory, boolean sync, MemberAddress self, List<MemberAddress> members, int priority) {
    return new MemberConfig(
        directory,
        StoreOptions.of(sync),
        self,
        members,
        priority,
        ELECTION_TIMEOUT,
        LOW_SPACE_BYTES,
        SNAPSHOT_BYTES,
        null,
        FIRST_SCRUB,
        Disk.real());
  }

  /** The same with other ways to store. */
  public MemberConfig withStore(StoreOptions value) {
    return new MemberConfig(
        directory,
        value,
        self,
        members,
        priority,
        electionTimeout,
        lowSpaceBytes,
        snapshotBytes,
        idleLimit,
        firstScrub,
        disk);
  }

  /** The same with other limits of space and of snapshots, in bytes. */
  public MemberConfig withLimits(long lowSpace, long snapshot) {
    return new MemberConfig(
        directory,
        store,
        self,
        members,
        priority,
        electionTimeout,
        lowSpace,
        snapshot,
        idleLimit,
        firstScrub,
        disk);
  }

  /** The same with another patience for a silent leader. */
  public MemberConfig withElectionTimeout(Duration value) {
    return new MemberConfig(
        directory,
        store,
        self,
        members,
        priority,
        value,
        lowSpaceBytes,
        snapshotBytes,
        idleLimit,
        firstScrub,
        disk);
  }

  /** The same with streams that expire. */
  public MemberConfig withIdleLimit(@Nullable Duration value) {
    return new MemberConfig(
        directory,
        store,
        self,
        members,
        priority,
        electionTimeout,
        lowSpaceBytes,
        snapshotBytes,
        value,
        firstScrub,
        disk);
  }

  /** The same with its segment files on another disk than that of this machine: for tests. */
  public MemberConfig withDisk(Disk value) {
    return new MemberConfig(
        directory,
        store,
        self,
        members,
        priority,
        electionTimeout,
        lowSpaceBytes,
        snapshotBytes,
        idleLimit,
        firstScrub,
        value);
  }

  /** The same with its first look at every byte sooner or later: for tests. */
  public MemberConfig withFirstScrub(Duration value) {
    return new MemberConfig(
        directory,
        store,
        self,
        members,
        priority,
        electionTimeout,
        lowSpaceBytes,
        snapshotBytes,
        idleLimit,
        value,
        disk);
  }
}
