package io.holdfast.logstore.logd;

import io.holdfast.logstore.log.LogStatistics;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * What is left of the configured durability at this moment. Committed bytes are on a majority of
 * all members, whichever answer; while some do not, fewer of the others may be lost before the log
 * stops, and before the last copy is gone.
 *
 * @param text one line
 * @param spare how many more members may be lost without the log coming to a stop; empty where
 *     nobody here knows
 */
record DurabilityNow(String text, OptionalInt spare) {
  /** A member that lacks more is not up to date; under load some entries are always under way. */
  static final long MOST_LAG = 1_000;

  /**
   * As the leader sees its members; of another's list nothing can be said.
   *
   * @param members with roles and lags as {@link LogStatistics.Member} says
   */
  static DurabilityNow of(List<LogStatistics.Member> members) {
    if (members.stream().anyMatch(member -> member.role().equals("rebuilding"))) {
      return unknown("this member is being rebuilt: it does not count yet");
    }
    if (members.stream().noneMatch(member -> member.role().equals("leader"))) {
      return unknown("only the leader knows; without one nothing is committed");
    }
    List<String> missing = new ArrayList<>();
    for (LogStatistics.Member member : members) {
      if (member.role().equals("unreachable")) {
        missing.add("member " + member.id() + " is away");
      } else if (member.lag() < 0) {
        missing.add("member " + member.id() + " is not seen to have anything");
      } else if (member.lag() > MOST_LAG) {
        missing.add("member " + member.id() + " lacks " + member.lag() + " entries");
      }
    }
    int majority = members.size() / 2 + 1;
    int spare = members.size() - missing.size() - majority;
    if (spare < 0) {
      String text = String.join(", ", missing) + ": nothing is committed before a majority has it";
      return new DurabilityNow(text, OptionalInt.of(0));
    }
    return new DurabilityNow(
        missing.isEmpty() ? "all of that" : text(missing, spare), OptionalInt.of(spare));
  }

  /** As a member of several sees it whose own files take nothing. */
  static DurabilityNow failed(String reason) {
    return unknown("this member does not count now: " + reason);
  }

  private static String text(List<String> missing, int spare) {
    return "%s: until %s back the log stops if %s lost"
        .formatted(
            String.join(", ", missing),
            missing.size() == 1 ? "it is" : "they are",
            switch (spare) {
              case 0 -> "another is";
              case 1 -> "two others are";
              default -> (spare + 1) + " others are";
            });
  }

  private static DurabilityNow unknown(String text) {
    return new DurabilityNow(text, OptionalInt.empty());
  }
}
