package io.holdfast.logstore.remote;

import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Sends requests, and brings what comes of them to the client's thread. */
final class Caller {

  /** What came of a request: an answer, or none and why. On the client's thread. */
  @FunctionalInterface
  interface Outcome {
    void is(@Nullable Answer answer, String why);
  }

  private final ClientThread thread;

  Caller(ClientThread thread) {
    this.thread = thread;
  }

  void call(Dialer.Wire wire, Request request, Duration timeout, Outcome outcome) {
    var _ =
        wire.call(request.type().code(), ServiceCodec.encode(request), timeout)
            .whenComplete(
                (body, error) ->
                    thread.execute(() -> answered(request.type(), body, error, outcome)));
  }

  private static void answered(
      MessageType type, @Nullable ByteBuf body, @Nullable Throwable error, Outcome outcome) {
    if (body == null) {
      outcome.is(null, text(error));
      return;
    }
    Answer answer;
    try {
      answer = ServiceCodec.answer(type, body);
    } catch (BadMessageException e) {
      outcome.is(null, "an answer that makes no sense: " + e.getMessage());
      return;
    }
    outcome.is(answer, "");
  }

  /** One line. */
  static String text(@Nullable Throwable error) {
    Throwable cause =
        error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
    if (cause instanceof TimeoutException) {
      return "no answer in time";
    }
    return cause == null || cause.getMessage() == null ? String.valueOf(cause) : cause.getMessage();
  }
}
