package io.holdfast.logstore.rpc;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;

/**
 * A connection to a service, from the side that dialled. It is used until it is closed; whoever
 * wants another one dials again. Thread-safe.
 */
public final class ServiceChannel implements AutoCloseable {
  private final Link link;

  ServiceChannel(Link link) {
    this.link = link;
  }

  /** Of the server. */
  public PeerIdentity peer() {
    return link.peer();
  }

  /**
   * Asks.
   *
   * @param type 64 to 127
   * @param body released by the callee
   * @return the answer's body (on the heap, need not be released), completed on the event loop; or
   *     {@link IOException} if the connection is closed or too much waits to be sent, {@link
   *     TimeoutException} if no answer came in time
   */
  public CompletableFuture<ByteBuf> call(int type, ByteBuf body, Duration timeout) {
    CompletableFuture<ByteBuf> answer = new CompletableFuture<>();
    long id = link.calls().open(new Answer(type, answer), timeout.toNanos());
    if (!link.send(frame(link, type, id, body)) && link.calls().withdraw(id)) {
      answer.completeExceptionally(
          new IOException(link.peer().remoteAddress() + " takes no more just now"));
    }
    return answer;
  }

  /**
   * Sends a frame that has no answer.
   *
   * @param type 64 to 127
   * @param body released by the callee
   * @return false if it is not sent: too much waits already, or the connection is closed
   */
  public boolean send(int type, ByteBuf body) {
    return link.send(frame(link, type, 0, body));
  }

  /** Whether it is connected and takes more. */
  public boolean takesMore() {
    return link.takesMore();
  }

  public boolean isOpen() {
    return link.isOpen();
  }

  @Override
  public void close() {
    link.close();
  }

  /** A frame of a service; releases the body. */
  static ByteBuf frame(Link link, int type, long id, ByteBuf body) {
    try {
      if (type < Frame.FIRST_SERVICE || type > 0xff) {
        throw new IllegalArgumentException("frame type " + type);
      }
      return Frame.of(link.allocator(), type, id, body);
    } finally {
      body.release();
    }
  }

  private record Answer(int type, CompletableFuture<ByteBuf> future) implements Calls.Call {
    @Override
    public void answered(Frame answer) throws BadFrameException {
      if (answer.type() != (type | Frame.ANSWER)) {
        throw new BadFrameException(
            Refusal.UNKNOWN_TYPE, "type " + answer.type() + " in answer to type " + type);
      }
      future.complete(answer.body());
    }

    @Override
    public void timedOut() {
      future.completeExceptionally(new TimeoutException("no answer in time"));
    }

    @Override
    public void closed(String why) {
      future.completeExceptionally(new IOException(why));
    }
  }

  /** The dialling side of a service's connection. */
  record Listening(ServiceListener listener) implements Link.Owner {
    @Override
    public void frame(Link link, Frame frame) throws BadFrameException {
      if (!frame.isService()) {
        throw new BadFrameException(Refusal.UNKNOWN_TYPE, "type " + frame.type());
      }
      listener.pushed(frame.type(), frame.body());
    }

    @Override
    public void closed(Link link) {
      listener.closed();
    }
  }
}
