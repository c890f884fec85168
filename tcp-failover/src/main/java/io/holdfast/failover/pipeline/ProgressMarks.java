package io.holdfast.failover.pipeline;

import io.holdfast.failover.connection.Connection;

/**
 * Puts down now and then how far each connection is: what of ours the peer has acknowledged bounds
 * what a restore must read again and hold. Owned by the pipeline's thread.
 */
final class ProgressMarks {
  /** Bytes of ours between two marks, at most about. */
  static final long BYTES = 256 << 10;

  /** While anything moves a mark is never older than this. */
  static final long NANOS = 1_000_000_000L;

  private final FailoverState state;
  private final LogStage log;
  private final SocketCommands sockets;

  ProgressMarks(FailoverState state, LogStage log, SocketCommands sockets) {
    this.state = state;
    this.log = log;
    this.sockets = sockets;
  }

  /** About every 100 ms. */
  void tick() {
    for (Connection connection : state.connections()) {
      int fd = connection.descriptor();
      long given = connection.output().head();
      boolean moved =
          given > connection.markedAcknowledged()
              || connection.received() > connection.markedReceived();
      if (fd != Connection.NONE && connection.isEstablished() && moved) {
        long since = state.nowNanos - connection.markedNanos();
        if (since >= NANOS || given - connection.markedAcknowledged() >= BYTES) {
          mark(connection, fd, given);
        }
      }
    }
  }

  private void mark(Connection connection, int fd, long given) {
    int waiting = sockets.unacknowledged(fd);
    if (waiting >= 0) {
      long acknowledged = Math.max(connection.markedAcknowledged(), given - waiting);
      log.progress(connection, acknowledged, sockets.receiveWindow(fd));
    }
  }
}
