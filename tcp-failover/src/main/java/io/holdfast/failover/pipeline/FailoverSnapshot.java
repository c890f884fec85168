package io.holdfast.failover.pipeline;

import io.holdfast.failover.connection.Connection;
import io.holdfast.failover.linux.NetfilterQueue;
import io.holdfast.logstore.log.Log;
import java.util.ArrayList;
import java.util.List;

/**
 * How the failover layer stands at one moment, for {@code show failover}. Immutable.
 *
 * @param speaker who speaks
 * @param log positions in bytes
 * @param gate segments since the start, and the kernel's own counters of the queue
 * @param connections those that are in the log and not over
 */
public record FailoverSnapshot(
    Speaker speaker,
    LogView log,
    Gate gate,
    List<ConnectionView> connections,
    List<Alarms.Alarm> alarms) {

  /**
   * Who speaks.
   *
   * @param state active, replaying or absent
   * @param attachments speakers that attached since the start
   */
  public record Speaker(
      String state, long epoch, int pid, String build, long folded, long attachments) {}

  /** Positions in bytes. */
  public record LogView(long first, long appended, long committed, Log.Status status) {}

  /** Counts since the start. */
  public record Gate(
      int queue,
      long segments,
      long heldOnce,
      long passed,
      long dropped,
      long waitingInKernel,
      long kernelDropped,
      long kernelUserDropped,
      long fencedOutputs,
      long readPauses,
      int held) {}

  /** Offsets count from the first byte behind the SYN. */
  public record ConnectionView(
      long id,
      String local,
      String remote,
      String service,
      boolean active,
      String state,
      long received,
      long receivedStable,
      long sent,
      long sentStable,
      long written,
      boolean armed,
      long standInMessages,
      int held) {}

  static FailoverSnapshot of(FailoverState state, Log log, NetfilterQueue queue, Alarms alarms) {
    List<ConnectionView> connections = new ArrayList<>();
    int held = 0;
    for (Connection connection : state.connections()) {
      connections.add(view(connection));
      held += connection.held().size();
    }
    SpeakerState speaker = state.speaker;
    String word =
        speaker.isActive()
            ? "active"
            : speaker.channel() == SpeakerState.NONE ? "absent" : "replaying";
    FailoverState.Counters counters = state.counters;
    NetfilterQueue.Counters kernel = queue.counters();
    return new FailoverSnapshot(
        new Speaker(
            word,
            speaker.epoch(),
            speaker.channel() == SpeakerState.NONE ? 0 : speaker.pid(),
            speaker.build(),
            speaker.folded(),
            speaker.attachments()),
        new LogView(log.first(), log.appended(), log.committed(), log.status()),
        new Gate(
            queue.number(),
            counters.segments,
            counters.heldOnce,
            counters.passed,
            counters.dropped,
            kernel.waiting(),
            kernel.dropped(),
            kernel.userDropped(),
            counters.fencedOutputs,
            counters.readPauses,
            held),
        List.copyOf(connections),
        alarms.last());
  }

  private static ConnectionView view(Connection c) {
    String state =
        c.isClosing()
            ? "closing"
            : c.isRestoring()
                ? "restoring"
                : c.descriptor() == Connection.NONE
                    ? "handshake"
                    : c.isPeerClosed() ? "peer-closed" : "open";
    return new ConnectionView(
        c.id(),
        c.opened().local().toString(),
        c.opened().remote().toString(),
        c.opened().service(),
        c.opened().active(),
        state,
        c.received(),
        c.receivedStable(),
        c.sent(),
        c.sentStable(),
        c.output().head(),
        c.armed() != null,
        c.standInMessages(),
        c.held().size());
  }
}
