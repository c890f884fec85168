package io.holdfast.lab.failover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.holdfast.failover.records.Armed;
import io.holdfast.failover.records.Cause;
import io.holdfast.lab.net.LabProcess;
import io.holdfast.lab.net.Signal;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Topology: one peer, one failoverd, a service that is stopped, hung or gone. */
@Timeout(120)
class LivenessTest {
  private static final int INTERVAL = 300;
  private static final long MANY = 48L << 20;

  private final Rig rig = new Rig();

  @AfterEach
  void clean() {
    rig.close();
  }

  private static String speaker(Instance failoverd, String field) {
    return failoverd.status().path("speaker").path(field).asText();
  }

  @Test
  void aStoppedServiceIsFencedAndStoodInForAndWhenItWakesNothingOfItReachesThePeer() {
    Instance failoverd = rig.instance("").start();
    LabProcess service = failoverd.startService("first", INTERVAL, 0);
    rig.shape("100mbit");
    PatternPeer bulk = rig.begin(Dialogue.both(1, MANY));
    PatternPeer armed = rig.begin(Dialogue.quiet(2));
    PatternPeer unarmed = rig.begin(new Dialogue(3, 10, ~3L, Dialogue.UNIT, false));
    await().until(() -> armed.isComplete() && unarmed.isComplete() && bulk.read() > 0);
    await().until(() -> failoverd.connection(armed.port()).path("armed").asBoolean());
    assertThat(armed.messages).as("while it lives it speaks for itself").isEmpty();

    service.signal(Signal.STOP);

    await().until(() -> speaker(failoverd, "state").equals("absent"));
    assertThat(failoverd.alarmed("fenced")).isTrue();
    await().until(() -> armed.messages.size() >= 4);
    assertThat(armed.messages).containsOnly(Dialogue.HEARTBEAT);
    assertThat(unarmed.messages).isEmpty();
    assertThat(bulk.messages).isEmpty();

    PatternService second = rig.with(failoverd.service(PatternService.armed(INTERVAL, 0)));
    long attachments = failoverd.status().path("speaker").path("attachments").asLong();
    String own = Long.toString(ProcessHandle.current().pid());
    assertThat(speaker(failoverd, "pid")).isEqualTo(own);
    long before = bulk.read();
    assertThat(before).isLessThan(MANY / 2);
    service.signal(Signal.CONT);
    await("it learns that it was fenced").until(() -> Instance.says(service, "lost"));
    await().until(() -> bulk.read() > before + (1 << 20));
    rig.unshape();
    await().until(bulk::isComplete);
    assertThat(speaker(failoverd, "pid")).as("who has the word").isEqualTo(own);
    assertThat(failoverd.status().path("speaker").path("attachments").asLong())
        .isEqualTo(attachments);
    assertThat(second.events).noneMatch(line -> line.startsWith("lost"));
    LogContent log = LogContent.read(rig.log());
    assertThat(log.only(bulk.port()).epochs).as("who spoke on the stream").hasSize(2);
    spaced(log.only(armed.port()).standIns);
  }

  /** A heartbeat waits for its interval; the clock of failoverd ticks each 100 ms. */
  private static void spaced(List<LogContent.StandIn> heartbeats) {
    assertThat(heartbeats).hasSizeGreaterThanOrEqualTo(4);
    for (int i = 1; i < heartbeats.size(); i++) {
      assertThat(heartbeats.get(i).micros() - heartbeats.get(i - 1).micros())
          .isGreaterThanOrEqualTo((INTERVAL - 5) * 1000L);
    }
  }

  @Test
  void aServiceWhoseCallbackHangsIsFencedAndComesBackWhenItGoesOn() {
    Instance failoverd = rig.instance("").start();
    PatternService service = rig.with(failoverd.service(PatternService.armed(INTERVAL, 0)));
    rig.shape("100mbit");
    PatternPeer bulk = rig.begin(Dialogue.both(4, MANY / 2));
    PatternPeer armed = rig.begin(Dialogue.quiet(5));
    await().until(() -> armed.isComplete() && bulk.read() > 0);
    await().until(() -> failoverd.connection(armed.port()).path("armed").asBoolean());

    CountDownLatch hang = new CountDownLatch(1);
    service.hang = hang;
    await().until(() -> failoverd.alarmed("fenced"));
    await().until(() -> armed.messages.size() >= 2);
    service.hang = null;
    hang.countDown();

    await().until(() -> service.events.stream().filter(e -> e.startsWith("active")).count() == 2);
    rig.unshape();
    await().until(bulk::isComplete);
    int heartbeats = armed.messages.size();
    await().until(() -> speaker(failoverd, "state").equals("active"));
    assertThat(armed.messages.size() - heartbeats).isLessThanOrEqualTo(1);
  }

  @Test
  void heartbeatsStandBetweenWholeMessagesOfABusyStream() {
    Instance failoverd = rig.instance("").start();
    PatternService service = rig.with(failoverd.service(PatternService.armed(INTERVAL, 0)));
    rig.shape("100mbit");
    PatternPeer bulk = rig.begin(new Dialogue(6, MANY / 8, ~6L, MANY / 8, true));
    await().until(() -> bulk.read() > 0);
    service.close();
    await().until(() -> bulk.messages.size() >= 2);
    rig.with(failoverd.service(PatternService.armed(INTERVAL, 0)));
    rig.unshape();
    await().until(bulk::isComplete);
    assertThat(bulk.messages).containsOnly(Dialogue.HEARTBEAT);
  }

  @Test
  void aPeerThatFallsSilentWhileNobodyIsHomeGetsTheFarewellForItAndOneThatTalksDoesNot()
      throws IOException {
    Instance failoverd = rig.instance("").start();
    PatternService service = rig.with(failoverd.service(PatternService.armed(INTERVAL, 1500)));
    PatternPeer silent = rig.begin(Dialogue.quiet(7));
    PatternPeer talks = rig.begin(Dialogue.quiet(8));
    await().until(() -> silent.isComplete() && talks.isComplete());
    await().until(() -> failoverd.connections().allMatch(c -> c.path("armed").asBoolean()));

    service.close();
    await()
        .until(
            () -> {
              talks.say(new byte[1]);
              return silent.isEnded();
            });

    assertThat(silent.messages).endsWith(Dialogue.SILENT).contains(Dialogue.HEARTBEAT);
    assertThat(talks.messages).containsOnly(Dialogue.HEARTBEAT);
    assertThat(talks.isEnded()).isFalse();
    assertThat(failoverd.alarmed("silent beyond its limit")).isTrue();
    silent.close();
    await().until(() -> failoverd.connections().count() == 1);
    assertThat(LogContent.read(rig.log()).only(silent.port()).closed)
        .matches(closed -> closed != null && closed.cause() == Cause.SILENCE);
  }

  @Test
  void afterTheStandInLimitThePeerIsToldAndTheConnectionEnds() {
    Instance failoverd = rig.instance("stand-in-limit: 2s").start();
    PatternService service = rig.with(failoverd.service(PatternService.armed(INTERVAL, 0)));
    PatternPeer peer = rig.begin(Dialogue.quiet(9));
    await().until(peer::isComplete);
    await().until(() -> failoverd.connections().allMatch(c -> c.path("armed").asBoolean()));

    service.close();
    await().until(peer::isEnded);

    assertThat(peer.messages).endsWith(Dialogue.LIMIT).contains(Dialogue.HEARTBEAT);
    assertThat(peer.messages).filteredOn(Dialogue.LIMIT::equals).hasSize(1);
    assertThat(failoverd.alarmed("no speaker came back")).isTrue();
    peer.close();
    await().until(() -> failoverd.connections().findAny().isEmpty());
    assertThat(LogContent.read(rig.log()).only(peer.port()).closed)
        .matches(closed -> closed != null && closed.cause() == Cause.STAND_IN_LIMIT);
    rig.with(failoverd.service(Armed.OFF));
    PatternPeer next = rig.begin(Dialogue.both(10, 100_000));
    await().until(next::isComplete);
  }
}
