package io.holdfast.logstore.log;

import java.util.List;

/**
 * Figures of a log at one moment.
 *
 * @param bytes of records that were committed since the process that answers began, what it read
 *     again at its start included
 * @param records of these
 * @param commitP50Micros time from submission to commit, median of the last 4,096 batches, in
 *     microseconds; 0 before the first
 * @param commitP99Micros the same, 99th percentile
 * @param members of the log, the one that answers first; empty where nobody could be asked
 */
public record LogStatistics(
    long bytes, long records, long commitP50Micros, long commitP99Micros, List<Member> members) {

  /** Makes the list immutable. */
  public LogStatistics {
    members = List.copyOf(members);
  }

  /**
   * A member of the log.
   *
   * @param id as configured
   * @param address host and port
   * @param role leader, follower or unreachable, as the leader sees it; rebuilding, which only that
   *     member itself says; of others than itself, a member that does not lead says {@code other}
   * @param lag entries that the leader has and this member was not yet seen to have; -1 where that
   *     is not known (only the leader knows)
   */
  public record Member(String id, String address, String role, long lag) {}
}
