package io.holdfast.bgp.fsm;

import io.holdfast.bgp.wire.message.Notification;

/** What a transition asks its owner to do, in order. */
public sealed interface Action {

  /** The actions that say all by their name. */
  enum Do implements Action {
    /** Open a TCP connection to the peer. */
    CONNECT,
    /** Give up the TCP connection, or the attempt. */
    CLOSE,
    SEND_OPEN,
    SEND_KEEPALIVE,
    START_CONNECT_RETRY,
    /** The hold timer at the large value that RFC 4271 suggests before the OPEN: 4 minutes. */
    START_OPEN_HOLD,
    /** The hold timer at the negotiated value (none where that is 0). */
    START_HOLD,
    START_KEEPALIVE,
    /** All of them. */
    STOP_TIMERS,
    /** Established: routes may flow, the stand-in is armed. */
    GO_UP,
    /** All routes of the session are gone (only out of Established). */
    GO_DOWN,
    /** The UPDATE at hand is to be taken into the Adj-RIB-In. */
    TAKE_UPDATE,
    /** The peer wants all routes again. */
    READVERTISE,
    /** Wait before the next start (the damping of RFC 4271 section 8.1.1). */
    START_IDLE_HOLD
  }

  /** A NOTIFICATION; the last message of the connection. */
  record SendNotification(Notification fault) implements Action {}
}
