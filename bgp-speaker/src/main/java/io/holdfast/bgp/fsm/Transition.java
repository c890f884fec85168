package io.holdfast.bgp.fsm;

import java.util.List;

/** The state that follows, and what is to be done on the way there, in order. */
public record Transition(SessionState next, List<Action> actions) {
  static Transition to(SessionState next, Action... actions) {
    return new Transition(next, List.of(actions));
  }
}
