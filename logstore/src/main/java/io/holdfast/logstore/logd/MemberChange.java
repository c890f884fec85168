package io.holdfast.logstore.logd;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.logstore.control.ControlException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The change of the group that runs, or ran last: a new member may take minutes to catch up, so a
 * change is begun by one request and looked at by others. One at a time. Thread-safe.
 */
final class MemberChange {
  private long number;
  private String what = "";
  private @Nullable CompletableFuture<Void> running;

  /** Begins a change unless one runs; returns its number, from 1. */
  synchronized long begin(String change, Supplier<CompletableFuture<Void>> with)
      throws ControlException {
    CompletableFuture<Void> before = running;
    if (before != null && !before.isDone()) {
      throw new ControlException("another change is under way: " + what);
    }
    number++;
    what = change;
    running = with.get();
    return number;
  }

  /** The change as the control protocol shows it; null before the first. */
  synchronized @Nullable ObjectNode json() {
    CompletableFuture<Void> change = running;
    if (change == null) {
      return null;
    }
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("number", number).put("what", what);
    if (!change.isDone()) {
      return node.put("state", "running").putNull("error");
    }
    Throwable error = change.isCompletedExceptionally() ? change.exceptionNow() : null;
    if (error instanceof CompletionException && error.getCause() != null) {
      error = error.getCause();
    }
    return error == null
        ? node.put("state", "done").putNull("error")
        : node.put("state", "failed").put("error", String.valueOf(error.getMessage()));
  }
}
