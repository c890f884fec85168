package io.holdfast.bgp.fsm;

import static io.holdfast.bgp.fsm.SessionState.ACTIVE;
import static io.holdfast.bgp.fsm.SessionState.CONNECT;
import static io.holdfast.bgp.fsm.SessionState.ESTABLISHED;
import static io.holdfast.bgp.fsm.SessionState.IDLE;
import static io.holdfast.bgp.fsm.SessionState.OPEN_CONFIRM;
import static io.holdfast.bgp.fsm.SessionState.OPEN_SENT;

import io.holdfast.bgp.fsm.Action.Do;
import io.holdfast.bgp.fsm.Action.SendNotification;
import io.holdfast.bgp.fsm.Event.CollisionLost;
import io.holdfast.bgp.fsm.Event.ConnectRetryExpired;
import io.holdfast.bgp.fsm.Event.HoldExpired;
import io.holdfast.bgp.fsm.Event.KeepaliveExpired;
import io.holdfast.bgp.fsm.Event.KeepaliveReceived;
import io.holdfast.bgp.fsm.Event.Malformed;
import io.holdfast.bgp.fsm.Event.NotificationReceived;
import io.holdfast.bgp.fsm.Event.OpenReceived;
import io.holdfast.bgp.fsm.Event.RefreshReceived;
import io.holdfast.bgp.fsm.Event.Start;
import io.holdfast.bgp.fsm.Event.Stop;
import io.holdfast.bgp.fsm.Event.TcpConnected;
import io.holdfast.bgp.fsm.Event.TcpFailed;
import io.holdfast.bgp.fsm.Event.UpdateReceived;
import io.holdfast.bgp.wire.NotificationCode;
import io.holdfast.bgp.wire.message.Notification;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * RFC 4271 section 8.2.2, one method for each state.
 *
 * <p>Where it differs from the text: a connection attempt that fails leads to Active, not to Idle,
 * so that the peer may connect meanwhile; and a NOTIFICATION is never answered with another.
 */
public final class Fsm {

  /** Which state may follow which. */
  public static final Map<SessionState, Set<SessionState>> LEGAL =
      Map.of(
          IDLE, EnumSet.of(IDLE, CONNECT, ACTIVE),
          CONNECT, EnumSet.of(IDLE, CONNECT, ACTIVE, OPEN_SENT),
          ACTIVE, EnumSet.of(IDLE, CONNECT, ACTIVE, OPEN_SENT),
          OPEN_SENT, EnumSet.of(IDLE, ACTIVE, OPEN_SENT, OPEN_CONFIRM),
          OPEN_CONFIRM, EnumSet.of(IDLE, OPEN_CONFIRM, ESTABLISHED),
          ESTABLISHED, EnumSet.of(IDLE, ESTABLISHED));

  private Fsm() {}

  /**
   * The transition that this event causes in this state.
   *
   * @throws IllegalStateException if the table of transitions does not know the outcome (a defect)
   */
  public static Transition on(SessionState state, Event event) {
    Transition transition =
        switch (state) {
          case IDLE -> inIdle(event);
          case CONNECT, ACTIVE -> waiting(state, event);
          case OPEN_SENT -> inOpenSent(event);
          case OPEN_CONFIRM -> inOpenConfirm(event);
          case ESTABLISHED -> inEstablished(event);
        };
    if (!LEGAL.getOrDefault(state, Set.of()).contains(transition.next())) {
      throw new IllegalStateException(
          "no way from " + state + " to " + transition.next() + " on " + event);
    }
    return transition;
  }

  private static Transition inIdle(Event event) {
    return switch (event) {
      case Start(boolean passive) when passive -> Transition.to(ACTIVE);
      case Start start -> Transition.to(CONNECT, Do.START_CONNECT_RETRY, Do.CONNECT);
      // "In this state, BGP FSM refuses all incoming BGP connections for this peer."
      case TcpConnected connected -> Transition.to(IDLE, Do.CLOSE);
      case Stop e -> Transition.to(IDLE);
      case ConnectRetryExpired e -> Transition.to(IDLE);
      case HoldExpired e -> Transition.to(IDLE);
      case KeepaliveExpired e -> Transition.to(IDLE);
      case TcpFailed e -> Transition.to(IDLE);
      case OpenReceived e -> Transition.to(IDLE);
      case Malformed e -> Transition.to(IDLE);
      case CollisionLost e -> Transition.to(IDLE);
      case NotificationReceived e -> Transition.to(IDLE);
      case KeepaliveReceived e -> Transition.to(IDLE);
      case UpdateReceived e -> Transition.to(IDLE);
      case RefreshReceived e -> Transition.to(IDLE);
    };
  }

  /** Connect and Active differ only in whether an attempt is under way. */
  private static Transition waiting(SessionState state, Event event) {
    return switch (event) {
      case Start e -> Transition.to(state);
      case ConnectRetryExpired e -> Transition.to(CONNECT, Do.START_CONNECT_RETRY, Do.CONNECT);
      case TcpConnected e ->
          Transition.to(OPEN_SENT, Do.STOP_TIMERS, Do.SEND_OPEN, Do.START_OPEN_HOLD);
      case TcpFailed e -> Transition.to(ACTIVE, Do.START_CONNECT_RETRY);
      case Stop e -> Transition.to(IDLE, Do.STOP_TIMERS, Do.CLOSE);
      case HoldExpired e -> Transition.to(IDLE, Do.STOP_TIMERS, Do.CLOSE, Do.START_IDLE_HOLD);
      case KeepaliveExpired e -> Transition.to(IDLE, Do.STOP_TIMERS, Do.CLOSE, Do.START_IDLE_HOLD);
      case OpenReceived e -> Transition.to(IDLE, Do.STOP_TIMERS, Do.CLOSE, Do.START_IDLE_HOLD);
      case Malformed e -> Transition.to(IDLE, Do.STOP_TIMERS, Do.CLOSE, Do.START_IDLE_HOLD);
      case CollisionLost e -> Transition.to(IDLE, Do.STOP_TIMERS, Do.CLOSE, Do.START_IDLE_HOLD);
      case NotificationReceived e ->
          Transition.to(IDLE, Do.STOP_TIMERS, Do.CLOSE, Do.START_IDLE_HOLD);
      case KeepaliveReceived e -> Transition.to(IDLE, Do.STOP_TIMERS, Do.CLOSE, Do.START_IDLE_HOLD);
      case UpdateReceived e -> Transition.to(IDLE, Do.STOP_TIMERS, Do.CLOSE, Do.START_IDLE_HOLD);
      case RefreshReceived e -> Transition.to(IDLE, Do.STOP_TIMERS, Do.CLOSE, Do.START_IDLE_HOLD);
    };
  }

  private static Transition inOpenSent(Event event) {
    return switch (event) {
      case OpenReceived e ->
          Transition.to(OPEN_CONFIRM, Do.SEND_KEEPALIVE, Do.START_KEEPALIVE, Do.START_HOLD);
      case TcpFailed e -> Transition.to(ACTIVE, Do.STOP_TIMERS, Do.CLOSE, Do.START_CONNECT_RETRY);
      case KeepaliveReceived e -> unexpected(OPEN_SENT);
      case UpdateReceived e -> unexpected(OPEN_SENT);
      case RefreshReceived e -> unexpected(OPEN_SENT);
      case KeepaliveExpired e -> unexpected(OPEN_SENT);
      case ConnectRetryExpired e -> unexpected(OPEN_SENT);
      case Start e -> Transition.to(OPEN_SENT);
      case TcpConnected e -> Transition.to(OPEN_SENT);
      case Stop(Notification reason) -> end(OPEN_SENT, reason);
      case HoldExpired e -> end(OPEN_SENT, Notification.of(NotificationCode.HOLD_TIMER_EXPIRED));
      case Malformed(Notification fault) -> end(OPEN_SENT, fault);
      case CollisionLost e ->
          end(OPEN_SENT, Notification.of(NotificationCode.CONNECTION_COLLISION));
      case NotificationReceived e -> silentEnd(OPEN_SENT);
    };
  }

  private static Transition inOpenConfirm(Event event) {
    return switch (event) {
      case KeepaliveReceived e -> Transition.to(ESTABLISHED, Do.START_HOLD, Do.GO_UP);
      case KeepaliveExpired e -> Transition.to(OPEN_CONFIRM, Do.SEND_KEEPALIVE, Do.START_KEEPALIVE);
      case OpenReceived e -> unexpected(OPEN_CONFIRM);
      case UpdateReceived e -> unexpected(OPEN_CONFIRM);
      case RefreshReceived e -> unexpected(OPEN_CONFIRM);
      case ConnectRetryExpired e -> unexpected(OPEN_CONFIRM);
      case Start e -> Transition.to(OPEN_CONFIRM);
      case TcpConnected e -> Transition.to(OPEN_CONFIRM);
      case Stop(Notification reason) -> end(OPEN_CONFIRM, reason);
      case HoldExpired e -> end(OPEN_CONFIRM, Notification.of(NotificationCode.HOLD_TIMER_EXPIRED));
      case Malformed(Notification fault) -> end(OPEN_CONFIRM, fault);
      case CollisionLost e ->
          end(OPEN_CONFIRM, Notification.of(NotificationCode.CONNECTION_COLLISION));
      case NotificationReceived e -> silentEnd(OPEN_CONFIRM);
      case TcpFailed e -> silentEnd(OPEN_CONFIRM);
    };
  }

  private static Transition inEstablished(Event event) {
    return switch (event) {
      case KeepaliveReceived e -> Transition.to(ESTABLISHED, Do.START_HOLD);
      case UpdateReceived e -> Transition.to(ESTABLISHED, Do.START_HOLD, Do.TAKE_UPDATE);
      case RefreshReceived e -> Transition.to(ESTABLISHED, Do.START_HOLD, Do.READVERTISE);
      case KeepaliveExpired e -> Transition.to(ESTABLISHED, Do.SEND_KEEPALIVE, Do.START_KEEPALIVE);
      case OpenReceived e -> unexpected(ESTABLISHED);
      case ConnectRetryExpired e -> unexpected(ESTABLISHED);
      case Start e -> Transition.to(ESTABLISHED);
      case TcpConnected e -> Transition.to(ESTABLISHED);
      case Stop(Notification reason) -> end(ESTABLISHED, reason);
      case HoldExpired e -> end(ESTABLISHED, Notification.of(NotificationCode.HOLD_TIMER_EXPIRED));
      case Malformed(Notification fault) -> end(ESTABLISHED, fault);
      case CollisionLost e ->
          end(ESTABLISHED, Notification.of(NotificationCode.CONNECTION_COLLISION));
      case NotificationReceived e -> silentEnd(ESTABLISHED);
      case TcpFailed e -> silentEnd(ESTABLISHED);
    };
  }

  /** RFC 6608: a message (or timer) that this state does not expect. */
  private static Transition unexpected(SessionState state) {
    NotificationCode code =
        switch (state) {
          case OPEN_SENT -> NotificationCode.UNEXPECTED_IN_OPEN_SENT;
          case OPEN_CONFIRM -> NotificationCode.UNEXPECTED_IN_OPEN_CONFIRM;
          case ESTABLISHED -> NotificationCode.UNEXPECTED_IN_ESTABLISHED;
          case IDLE, CONNECT, ACTIVE -> NotificationCode.FSM_UNSPECIFIC;
        };
    return end(state, Notification.of(code));
  }

  private static Transition end(SessionState state, Notification fault) {
    return ending(state, List.of(new SendNotification(fault)));
  }

  private static Transition silentEnd(SessionState state) {
    return ending(state, List.of());
  }

  private static Transition ending(SessionState state, List<Action> first) {
    List<Action> actions = new ArrayList<>(first);
    actions.add(Do.STOP_TIMERS);
    if (state == ESTABLISHED) {
      actions.add(Do.GO_DOWN);
    }
    actions.add(Do.CLOSE);
    actions.add(Do.START_IDLE_HOLD);
    return new Transition(IDLE, List.copyOf(actions));
  }
}
