package io.holdfast.logstore.control;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.timeout.IdleStateEvent;
import java.util.ArrayDeque;
import java.util.SortedMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's dialogue, owned by its event loop. One request is worked on at a time, and the
 * socket is not read meanwhile, so what can wait here is what one read brought: requests that the
 * client sent without waiting for their answers.
 */
final class ControlHandler extends SimpleChannelInboundHandler<ByteBuf> {

  private static final Logger LOG = LoggerFactory.getLogger(ControlHandler.class);
  private static final JsonMapper JSON = new JsonMapper();
  private static final int FAREWELL_SECONDS = 2;

  private final SortedMap<String, ControlCommand> commands;
  private final Executor executor;
  private final @Nullable String refusal;
  private final ArrayDeque<byte[]> waiting = new ArrayDeque<>();
  private boolean busy;
  private boolean closing;

  ControlHandler(
      SortedMap<String, ControlCommand> commands, Executor executor, @Nullable String refusal) {
    this.commands = commands;
    this.executor = executor;
    this.refusal = refusal;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    if (refusal != null) {
      refuse(context, refusal);
    }
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, ByteBuf line) {
    if (closing) {
      return;
    }
    waiting.add(ByteBufUtil.getBytes(line));
    next(context);
  }

  private void next(ChannelHandlerContext context) {
    if (busy || closing) {
      return;
    }
    byte[] line = waiting.poll();
    context.channel().config().setAutoRead(line == null);
    if (line == null) {
      return;
    }
    busy = true;
    JsonNode request = parse(line);
    String fault = fault(request);
    if (fault != null) {
      send(context, failure(fault));
      return;
    }
    ControlCommand command = commands.get(request.get("command").asText());
    if (command == null) {
      send(
          context,
          failure(
              "no such command "
                  + request.get("command").asText()
                  + "; there are "
                  + String.join(", ", commands.keySet())));
      return;
    }
    JsonNode arguments =
        request.has("arguments") ? request.get("arguments") : JSON.createObjectNode();
    try {
      executor.execute(() -> answer(context, command, arguments));
    } catch (RejectedExecutionException e) {
      send(context, failure("the daemon is stopping"));
    }
  }

  /** On the executor's thread: the state is read and the answer written down there. */
  private static ByteBuf answered(ControlCommand command, JsonNode arguments) {
    try {
      ObjectNode answer = JSON.createObjectNode().put("v", 1).put("ok", true);
      answer.set("result", command.answer(arguments));
      return line(answer);
    } catch (ControlException e) {
      return failure(String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      LOG.error("control: a command failed", e);
      return failure("the daemon failed to answer: " + e);
    }
  }

  private void answer(ChannelHandlerContext context, ControlCommand command, JsonNode arguments) {
    ByteBuf answer = answered(command, arguments);
    context.executor().execute(() -> send(context, answer));
  }

  /** Writes an answer; the next request is looked at when the client has taken it. */
  private void send(ChannelHandlerContext context, ByteBuf answer) {
    context
        .writeAndFlush(answer)
        .addListener(
            written -> {
              busy = false;
              if (written.isSuccess()) {
                next(context);
              }
            });
  }

  /**
   * Says why, and goes on reading (and forgetting) until the client has closed its side: a close
   * with bytes unread would reset the connection, and the client would not see the reason.
   */
  private void refuse(ChannelHandlerContext context, String reason) {
    if (closing) {
      return;
    }
    closing = true;
    waiting.clear();
    context.channel().config().setAutoRead(true);
    context
        .writeAndFlush(failure(reason))
        .addListener(
            written -> {
              var _ = ((DuplexChannel) context.channel()).shutdownOutput();
            });
    Runnable hangUp =
        () -> {
          var _ = context.close();
        };
    var _ = context.executor().schedule(hangUp, FAREWELL_SECONDS, TimeUnit.SECONDS);
  }

  private static JsonNode parse(byte[] line) {
    try {
      return JSON.readTree(line);
    } catch (JacksonException e) {
      return JSON.missingNode();
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e); // reading an array
    }
  }

  private static @Nullable String fault(JsonNode request) {
    if (!request.isObject()) {
      return "not a request; one is {\"v\":1,\"command\":NAME,\"arguments\":{...}} on one line";
    }
    if (request.path("v").asInt() != 1) {
      return "protocol version " + request.path("v") + "; this daemon speaks 1";
    }
    if (!request.path("command").isTextual()) {
      return "no command named";
    }
    return request.has("arguments") && !request.get("arguments").isObject()
        ? "arguments must be an object"
        : null;
  }

  private static ByteBuf failure(String error) {
    return line(JSON.createObjectNode().put("v", 1).put("ok", false).put("error", error));
  }

  private static ByteBuf line(ObjectNode answer) {
    try {
      byte[] bytes = JSON.writeValueAsBytes(answer);
      return Unpooled.wrappedBuffer(bytes, new byte[] {'\n'});
    } catch (JacksonException e) {
      throw new IllegalStateException("a tree that is no JSON", e);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof IdleStateEvent) {
      var _ = context.close();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (cause instanceof TooLongFrameException) {
      refuse(context, "a line longer than " + ControlServer.LONGEST_REQUEST + " bytes");
      return;
    }
    LOG.debug("control: a client's connection failed: {}", cause.toString());
    var _ = context.close();
  }
}
