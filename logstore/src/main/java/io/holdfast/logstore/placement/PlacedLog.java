package io.holdfast.logstore.placement;

import io.holdfast.logstore.config.LogConfig;
import io.holdfast.logstore.log.LogBackend;
import io.holdfast.logstore.log.OwnedLog;
import io.holdfast.logstore.remote.RemoteBackend;
import io.holdfast.logstore.replication.Member;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The log of a configuration between its start and the moment when this process owns it. A member
 * of several may wait for long until it leads: meanwhile it can be asked, and helped by hand.
 */
public final class PlacedLog implements AutoCloseable {
  private final LogBackend backend;
  private final @Nullable Member member;
  private boolean opened;

  private PlacedLog(LogBackend backend, @Nullable Member member) {
    this.backend = backend;
    this.member = member;
  }

  /**
   * Starts the member of this process, or a client of the servers.
   *
   * @param patience how long {@link #open} waits for a leader
   * @throws IOException with one line for the operator
   */
  public static PlacedLog begin(LogConfig config, Duration patience) throws IOException {
    return switch (config.placement()) {
      case LogConfig.Alone _ -> of(Member.start(LogPlacement.member(config), null), patience);
      case LogConfig.Members members ->
          of(Member.start(LogPlacement.member(config), LogPlacement.tls(members.tls())), patience);
      case LogConfig.Servers servers -> new PlacedLog(RemoteBackend.of(servers, patience), null);
    };
  }

  private static PlacedLog of(Member member, Duration patience) {
    return new PlacedLog(member.backend(patience), member);
  }

  /** The member in this process, if there is one. */
  public Optional<Member> member() {
    return Optional.ofNullable(member);
  }

  /**
   * Becomes the owner, once. The log that is returned closes what is below it.
   *
   * @throws IOException with one line for the operator
   */
  public OwnedLog open(String owner) throws IOException {
    opened = true;
    return OwnedLog.open(backend, owner);
  }

  /** Closes what was begun, if it was never opened. */
  @Override
  public void close() {
    if (!opened) {
      backend.close();
    }
  }
}
