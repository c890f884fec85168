package io.holdfast.lab.failover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.holdfast.failover.records.Armed;
import io.holdfast.lab.net.LabProcess;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Topology: one peer, one failoverd that lacks something or is talked to by somebody hostile. */
@Timeout(120)
class BadInputTest {
  private final Rig rig = new Rig();

  @AfterEach
  void clean() {
    rig.close();
  }

  private static String refusal(LabProcess process) {
    assertThat(process.awaitEnd(Instance.LIMIT)).isTrue();
    String output = Instance.output(process);
    List<String> words = output.lines().filter(line -> line.startsWith("failoverd: ")).toList();
    assertThat(words).as(output).hasSize(1);
    assertThat(process.exitCode()).isEqualTo(1);
    return words.getFirst();
  }

  @Test
  void withoutNetAdminItSaysSoInOneLine() {
    Instance failoverd = rig.instance("");
    LabProcess process =
        failoverd.launchProduct(
            List.of("setpriv", "--inh-caps=-net_admin", "--bounding-set=-net_admin"));
    assertThat(refusal(process)).contains("NET_ADMIN");
  }

  @Test
  void aQueueThatAnotherHasIsNamed() {
    rig.instance("").start();
    Instance second = rig.instance("b", 9001, "", rig.workspace.folder("log-b"));
    assertThat(refusal(second.launchProduct(List.of()))).contains("queue").contains("179");
  }

  @Test
  void hostileBytesOnBothSocketsDoNoHarm() {
    Instance failoverd = rig.instance("").start();
    PatternService service = rig.with(failoverd.service(Armed.OFF));
    rig.shape("100mbit");
    PatternPeer bulk = rig.begin(Dialogue.both(1, 12 << 20));
    await().until(() -> bulk.read() > 0);
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < 150; i++) {
      byte[] bytes = new byte[1 + random.nextInt(4096)];
      random.nextBytes(bytes);
      if (i % 3 == 0) {
        ByteBuffer.wrap(new byte[] {0, 0, 0, (byte) (1 + random.nextInt(60))})
            .get(bytes, 0, Math.min(4, bytes.length));
      }
      say(failoverd.north(), bytes);
      say(failoverd.control(), bytes);
    }
    rig.unshape();
    await("seed " + seed).until(bulk::isComplete);
    assertThat(service.events).as("seed " + seed).noneMatch(line -> line.startsWith("lost"));
    assertThat(failoverd.status().path("speaker").path("state").asText()).isEqualTo("active");
    assertThat(failoverd.process().isAlive()).isTrue();
  }

  /** Whether it is heard out or not. */
  private static void say(Path socket, byte[] bytes) {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket));
      channel.write(ByteBuffer.wrap(bytes));
    } catch (IOException e) {
      // It hung up on us, as it should.
    }
  }
}
