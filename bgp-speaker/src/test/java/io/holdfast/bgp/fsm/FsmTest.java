package io.holdfast.bgp.fsm;

import static io.holdfast.bgp.fsm.SessionState.ACTIVE;
import static io.holdfast.bgp.fsm.SessionState.CONNECT;
import static io.holdfast.bgp.fsm.SessionState.ESTABLISHED;
import static io.holdfast.bgp.fsm.SessionState.IDLE;
import static io.holdfast.bgp.fsm.SessionState.OPEN_CONFIRM;
import static io.holdfast.bgp.fsm.SessionState.OPEN_SENT;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.bgp.fsm.Action.Do;
import io.holdfast.bgp.fsm.Action.SendNotification;
import io.holdfast.bgp.wire.NotificationCode;
import io.holdfast.bgp.wire.message.Notification;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every state with every event, against RFC 4271 section 8.2.2. */
class FsmTest {
  private static final Notification FAULT = Notification.of(NotificationCode.MALFORMED_AS_PATH);
  private static final Notification STOP =
      Notification.of(NotificationCode.ADMINISTRATIVE_SHUTDOWN);

  private static final Map<String, Event> EVENTS = new LinkedHashMap<>();

  static {
    EVENTS.put("start", new Event.Start(false));
    EVENTS.put("start passive", new Event.Start(true));
    EVENTS.put("stop", new Event.Stop(STOP));
    EVENTS.put("retry", new Event.ConnectRetryExpired());
    EVENTS.put("hold", new Event.HoldExpired());
    EVENTS.put("keepalive timer", new Event.KeepaliveExpired());
    EVENTS.put("connected", new Event.TcpConnected());
    EVENTS.put("failed", new Event.TcpFailed());
    EVENTS.put("open", new Event.OpenReceived());
    EVENTS.put("malformed", new Event.Malformed(FAULT));
    EVENTS.put("collision", new Event.CollisionLost());
    EVENTS.put("notification", new Event.NotificationReceived());
    EVENTS.put("keepalive", new Event.KeepaliveReceived());
    EVENTS.put("update", new Event.UpdateReceived());
    EVENTS.put("refresh", new Event.RefreshReceived());
  }

  /** Next state, a word for what is sent or done; "-" nothing, "drop" closes without a word. */
  private static final Map<SessionState, String> TABLE =
      Map.of(
          IDLE,
          """
          start CONNECT dial; start passive ACTIVE -; stop IDLE -; retry IDLE -; hold IDLE -;
          keepalive timer IDLE -; connected IDLE close; failed IDLE -; open IDLE -;
          malformed IDLE -; collision IDLE -; notification IDLE -; keepalive IDLE -;
          update IDLE -; refresh IDLE -\
          """,
          CONNECT,
          """
          start CONNECT -; start passive CONNECT -; stop IDLE close; retry CONNECT dial;
          hold IDLE close; keepalive timer IDLE close; connected OPEN_SENT OPEN;
          failed ACTIVE -; open IDLE close; malformed IDLE close; collision IDLE close;
          notification IDLE close; keepalive IDLE close; update IDLE close; refresh IDLE close\
          """,
          ACTIVE,
          """
          start ACTIVE -; start passive ACTIVE -; stop IDLE close; retry CONNECT dial;
          hold IDLE close; keepalive timer IDLE close; connected OPEN_SENT OPEN;
          failed ACTIVE -; open IDLE close; malformed IDLE close; collision IDLE close;
          notification IDLE close; keepalive IDLE close; update IDLE close; refresh IDLE close\
          """,
          OPEN_SENT,
          """
          start OPEN_SENT -; start passive OPEN_SENT -; stop IDLE 6/2; retry IDLE 5/1;
          hold IDLE 4/0; keepalive timer IDLE 5/1; connected OPEN_SENT -; failed ACTIVE close;
          open OPEN_CONFIRM KEEPALIVE; malformed IDLE 3/11; collision IDLE 6/7;
          notification IDLE close; keepalive IDLE 5/1; update IDLE 5/1; refresh IDLE 5/1\
          """,
          OPEN_CONFIRM,
          """
          start OPEN_CONFIRM -; start passive OPEN_CONFIRM -; stop IDLE 6/2; retry IDLE 5/2;
          hold IDLE 4/0; keepalive timer OPEN_CONFIRM KEEPALIVE; connected OPEN_CONFIRM -;
          failed IDLE close; open IDLE 5/2; malformed IDLE 3/11; collision IDLE 6/7;
          notification IDLE close; keepalive ESTABLISHED up; update IDLE 5/2; refresh IDLE 5/2\
          """,
          ESTABLISHED,
          """
          start ESTABLISHED -; start passive ESTABLISHED -; stop IDLE 6/2; retry IDLE 5/3;
          hold IDLE 4/0; keepalive timer ESTABLISHED KEEPALIVE; connected ESTABLISHED -;
          failed IDLE close; open IDLE 5/3; malformed IDLE 3/11; collision IDLE 6/7;
          notification IDLE close; keepalive ESTABLISHED -; update ESTABLISHED take;
          refresh ESTABLISHED readvertise\
          """);

  @TestFactory
  Stream<DynamicTest> doesWhatTheTableSays() {
    List<DynamicTest> tests = new ArrayList<>();
    TABLE.forEach(
        (state, rows) -> {
          String[] each = rows.replace("\n", " ").split(";\\s*");
          assertThat(each).as("rows of %s", state).hasSize(EVENTS.size());
          for (String row : each) {
            tests.add(test(state, row.trim()));
          }
        });
    return tests.stream();
  }

  private static DynamicTest test(SessionState state, String row) {
    String[] words = row.split(" ");
    String event = String.join(" ", Arrays.copyOf(words, words.length - 2));
    return DynamicTest.dynamicTest(
        state + " on " + event,
        () -> {
          Transition transition = Fsm.on(state, EVENTS.get(event));
          assertThat(transition.next()).hasToString(words[words.length - 2]);
          assertThat(outcome(transition.actions())).isEqualTo(words[words.length - 1]);
        });
  }

  private static String outcome(List<Action> actions) {
    for (Action action : actions) {
      if (action instanceof SendNotification(Notification said)) {
        assertThat(actions).contains(Do.STOP_TIMERS, Do.CLOSE, Do.START_IDLE_HOLD);
        return said.code() + "/" + said.subcode();
      }
    }
    Map<Do, String> words =
        Map.of(
            Do.CONNECT, "dial",
            Do.SEND_OPEN, "OPEN",
            Do.SEND_KEEPALIVE, "KEEPALIVE",
            Do.GO_UP, "up",
            Do.TAKE_UPDATE, "take",
            Do.READVERTISE, "readvertise",
            Do.CLOSE, "close");
    return actions.stream().filter(words::containsKey).map(words::get).findFirst().orElse("-");
  }

  @Test
  void givesUpTheRoutesWheneverEstablishedEnds() {
    for (Event event : EVENTS.values()) {
      Transition transition = Fsm.on(ESTABLISHED, event);
      assertThat(transition.actions().contains(Do.GO_DOWN))
          .as(event.toString())
          .isEqualTo(transition.next() == IDLE);
    }
  }

  @Test
  void restartsTheHoldTimerForEachMessage() {
    for (String message : List.of("keepalive", "update", "refresh")) {
      assertThat(Fsm.on(ESTABLISHED, EVENTS.get(message)).actions()).contains(Do.START_HOLD);
    }
  }
}
