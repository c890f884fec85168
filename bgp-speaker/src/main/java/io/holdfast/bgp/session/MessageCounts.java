package io.holdfast.bgp.session;

import io.holdfast.bgp.wire.message.BgpMessage;
import io.holdfast.bgp.wire.message.Keepalive;
import io.holdfast.bgp.wire.message.Notification;
import io.holdfast.bgp.wire.message.Open;
import io.holdfast.bgp.wire.message.RouteRefresh;
import io.holdfast.bgp.wire.message.Update;

/** Messages of one direction of a connection, by type. Owned by the event loop. */
public final class MessageCounts {
  private long opens;
  private long updates;
  private long notifications;
  private long keepalives;
  private long refreshes;

  void count(BgpMessage message) {
    switch (message) {
      case Open open -> opens++;
      case Update update -> updates++;
      case Notification notification -> notifications++;
      case Keepalive keepalive -> keepalives++;
      case RouteRefresh refresh -> refreshes++;
    }
  }

  void countUpdates(int more) {
    updates += more;
  }

  public long opens() {
    return opens;
  }

  public long updates() {
    return updates;
  }

  public long notifications() {
    return notifications;
  }

  public long keepalives() {
    return keepalives;
  }

  public long refreshes() {
    return refreshes;
  }

  public long total() {
    return opens + updates + notifications + keepalives + refreshes;
  }
}
