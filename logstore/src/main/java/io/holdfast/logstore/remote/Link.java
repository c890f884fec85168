package io.holdfast.logstore.remote;

import io.holdfast.logstore.config.HostPort;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a server, or the attempt to get one. It has one user at a time, and tells nobody
 * anything once it was closed. Owned by the client's thread.
 */
final class Link {
  private static final Duration DIAL = Duration.ofSeconds(1);

  /** Who uses it. */
  interface User {
    /** It stands. */
    void up(Link link, Dialer.Wire wire);

    /** It is closed by the other side, or could not be had. */
    void over(Link link, String why);
  }

  private final HostPort server;
  private User user;
  private Dialer.@Nullable Wire wire;
  private boolean closed;

  Link(HostPort server, User user) {
    this.server = server;
    this.user = user;
  }

  HostPort server() {
    return server;
  }

  /** Null while there is no connection. */
  Dialer.@Nullable Wire wire() {
    return wire;
  }

  /** Another is told from now on. */
  void handTo(User next) {
    user = next;
  }

  /** Connects; the user is told what came of it, within a second. */
  void dial(Dialer dialer, ClientThread thread) {
    if (closed) {
      return;
    }
    var _ =
        dialer
            .dial(server, () -> thread.execute(() -> lost("the connection was closed")))
            .whenComplete(
                (made, error) -> {
                  if (!thread.execute(() -> dialled(made, error)) && made != null) {
                    made.close();
                  }
                });
    thread.later(
        DIAL,
        () -> {
          if (wire == null) {
            lost("no connection within " + DIAL.toMillis() + " ms");
          }
        });
  }

  private void dialled(Dialer.@Nullable Wire made, @Nullable Throwable error) {
    if (made == null) {
      lost(Caller.text(error));
    } else if (closed) {
      made.close();
    } else {
      wire = made;
      user.up(this, made);
    }
  }

  private void lost(String why) {
    if (!closed) {
      close();
      user.over(this, why);
    }
  }

  void close() {
    closed = true;
    if (wire != null) {
      wire.close();
    }
  }
}
