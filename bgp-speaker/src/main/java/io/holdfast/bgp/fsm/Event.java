package io.holdfast.bgp.fsm;

import io.holdfast.bgp.wire.message.Notification;

/** What can happen to a session. The numbers are those of RFC 4271 section 8.1. */
public sealed interface Event {

  /** Events 1, 3, 4, 5, 6, 7, 13: begin; a passive session waits for the peer to connect. */
  record Start(boolean passive) implements Event {}

  /** Events 2 and 8: the operator, or the end of the process. */
  record Stop(Notification reason) implements Event {}

  /** Event 9. */
  record ConnectRetryExpired() implements Event {}

  /** Event 10. */
  record HoldExpired() implements Event {}

  /** Event 11. */
  record KeepaliveExpired() implements Event {}

  /** Events 16 and 17: a connection is there, whoever opened it. */
  record TcpConnected() implements Event {}

  /** Event 18: the connection is gone, or never came to be. */
  record TcpFailed() implements Event {}

  /** Event 19: an OPEN that was found good. */
  record OpenReceived() implements Event {}

  /** Events 21, 22 and 28: a message whose error resets the session. */
  record Malformed(Notification fault) implements Event {}

  /** Event 23: section 6.8 decided against this connection. */
  record CollisionLost() implements Event {}

  /** Events 24 and 25. */
  record NotificationReceived() implements Event {}

  /** Event 26. */
  record KeepaliveReceived() implements Event {}

  /** Event 27: an UPDATE that was found good, or whose errors RFC 7606 lets live. */
  record UpdateReceived() implements Event {}

  /** RFC 2918. */
  record RefreshReceived() implements Event {}
}
