package io.holdfast.logstore.logd;

import io.holdfast.logstore.log.Log;
import io.holdfast.logstore.log.LogStatistics;
import io.holdfast.logstore.log.SharedLog;
import io.holdfast.logstore.log.Streams;
import io.holdfast.logstore.replication.Member;
import io.holdfast.logstore.replication.Membership;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the control commands show of a log: as a member has it, or as the owner of one elsewhere.
 */
public interface LogView {

  /** Id of the member in this process; empty where there is none. */
  String member();

  /**
   * {@code alone}, {@code leader}, {@code follower}, {@code candidate}, {@code rebuilding} or
   * {@code owner}.
   */
  String role();

  /** Host and port of the member that leads; empty if it is not known. */
  String leader();

  /** Raft's term; empty where this process has no member. */
  OptionalLong term();

  /** Raft's index of the last entry held; empty where this process has no member. */
  OptionalLong index();

  /** Position behind what is committed. */
  long committed();

  /**
   * Position behind the last record that this process has, committed or not: a member in its files,
   * an owner among what it appended.
   */
  long position();

  /** Position of the oldest record. */
  long first();

  Log.Status status();

  /** One line that says why; empty when OK. */
  String reason();

  /** What committed bytes survive as it is configured, which takes that all members are there. */
  String durability();

  Streams streams();

  LogStatistics statistics();

  /** How its members are changed; empty where this process has none. */
  Optional<Membership> membership();

  /**
   * Of a member in this process.
   *
   * @param id empty for a member that is alone
   */
  static LogView of(Member member, String id, boolean sync) {
    return new MemberView(member, id, sync);
  }

  /** Of an owner whose log is elsewhere. */
  static LogView of(Log log) {
    return new OwnerView(log);
  }

  /** A member. */
  record MemberView(Member log, String member, boolean sync) implements LogView {
    @Override
    public String role() {
      if (log.leading()) {
        return members() < 2 ? "alone" : "leader";
      }
      if (log.rebuilding()) {
        return "rebuilding";
      }
      return log.leader().isEmpty() ? "candidate" : "follower";
    }

    private int members() {
      return log.membership().members().size();
    }

    @Override
    public String leader() {
      return log.leader();
    }

    @Override
    public OptionalLong term() {
      return OptionalLong.of(log.term());
    }

    @Override
    public OptionalLong index() {
      return OptionalLong.of(log.index());
    }

    @Override
    public long committed() {
      return log.committed();
    }

    @Override
    public long position() {
      return log.position();
    }

    @Override
    public long first() {
      return log.first();
    }

    @Override
    public Log.Status status() {
      return log.status();
    }

    @Override
    public String reason() {
      return log.reason();
    }

    @Override
    public String durability() {
      int lost = (members() - 1) / 2;
      String machines =
          lost > 0
              ? ", and the loss of " + (lost == 1 ? "any one" : "any " + lost) + " of its members"
              : "";
      return (sync ? "a crash of the machine" : "a crash of any process") + machines;
    }

    @Override
    public Streams streams() {
      return shared().streams();
    }

    @Override
    public LogStatistics statistics() {
      return shared().statistics();
    }

    private SharedLog shared() {
      return log;
    }

    @Override
    public Optional<Membership> membership() {
      return Optional.of(log.membership());
    }
  }

  /** An owner. */
  record OwnerView(Log log) implements LogView {
    @Override
    public String member() {
      return "";
    }

    @Override
    public String role() {
      return "owner";
    }

    @Override
    public String leader() {
      return log.statistics().members().stream()
          .filter(m -> m.role().equals("leader"))
          .map(LogStatistics.Member::address)
          .findFirst()
          .orElse("");
    }

    @Override
    public OptionalLong term() {
      return OptionalLong.empty();
    }

    @Override
    public OptionalLong index() {
      return OptionalLong.empty();
    }

    @Override
    public long committed() {
      return log.committed();
    }

    @Override
    public long position() {
      return log.appended();
    }

    @Override
    public long first() {
      return log.first();
    }

    @Override
    public Log.Status status() {
      return log.status();
    }

    @Override
    public String reason() {
      return "";
    }

    @Override
    public String durability() {
      return "as the members of the log are configured";
    }

    @Override
    public Streams streams() {
      return log.streams();
    }

    @Override
    public LogStatistics statistics() {
      return log.statistics();
    }

    @Override
    public Optional<Membership> membership() {
      return Optional.empty();
    }
  }
}
