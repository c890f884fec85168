package io.holdfast.bgp.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.holdfast.logstore.control.ControlServer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlDoorTest {
  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());

  @TempDir Path folder;

  @AfterEach
  void endTheLoops() {
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private Path socket() {
    return folder.resolve("bgpd.control");
  }

  private ControlDoor door(String name) {
    return new ControlDoor(
        socket(),
        () -> {
          ControlServer server = new ControlServer(socket(), Runnable::run);
          server.command("who", a -> JsonNodeFactory.instance.objectNode().put("name", name));
          server.open(loops);
          return server;
        });
  }

  /** Who answers at the socket; empty if nobody does. */
  private String whoAnswers() {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket()));
      channel.write(StandardCharsets.UTF_8.encode("{\"v\":1,\"command\":\"who\"}\n"));
      ByteBuffer answer = ByteBuffer.allocate(1_000);
      channel.read(answer);
      return StandardCharsets.UTF_8.decode(answer.flip()).toString();
    } catch (IOException e) {
      return "";
    }
  }

  @Test
  void takesTheNameFromOneThatStillHoldsItButNotBeforeItHasTheWord() {
    try (ControlDoor older = door("older");
        ControlDoor newer = door("newer")) {
      older.offer();
      await().until(() -> whoAnswers().contains("older"));
      newer.offer();
      newer.take();
      await().until(() -> whoAnswers().contains("newer"));
      older.take();
      await().until(() -> whoAnswers().contains("older"));
    }
  }

  @Test
  void leavesTheNameOfItsSuccessorAloneWhenItEnds() {
    ControlDoor older = door("older");
    older.offer();
    await().until(() -> whoAnswers().contains("older"));
    try (ControlDoor newer = door("newer")) {
      newer.take();
      await().until(() -> whoAnswers().contains("newer"));
      older.close();
      assertThat(whoAnswers()).contains("newer");
    }
    assertThat(Files.exists(socket())).isFalse();
  }
}
