package io.holdfast.logstore.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.holdfast.logstore.log.Log;
import io.holdfast.logstore.log.LogBackend;
import io.holdfast.logstore.rpc.PeerIdentity;
import io.holdfast.logstore.rpc.ServicePeer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A member that leads, asked frame by frame. */
@Timeout(30)
class LogServiceTest {
  private final FakeGroup group = new FakeGroup(0, "me");
  private final LogService service = new LogService(group.member("me"));

  @AfterEach
  void close() {
    service.close();
  }

  private static final class Peer implements ServicePeer {
    volatile boolean closed;

    @Override
    public PeerIdentity identity() {
      return new PeerIdentity("peer", List.of());
    }

    @Override
    public boolean push(int type, ByteBuf body) {
      return false;
    }

    @Override
    public boolean takesMore() {
      return !closed;
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private CompletableFuture<Answer> later(Peer peer, Request request) {
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    ByteBuf body = Unpooled.copiedBuffer(ServiceCodec.encode(request));
    service.request(
        peer,
        request.type().code(),
        body,
        what -> {
          try {
            return answer.complete(ServiceCodec.answer(request.type(), what));
          } catch (BadMessageException e) {
            return answer.completeExceptionally(e);
          }
        });
    return answer;
  }

  private Answer ask(Peer peer, Request request)
      throws InterruptedException, ExecutionException, TimeoutException {
    return later(peer, request).get(10, TimeUnit.SECONDS);
  }

  private static Request.Append append(long epoch, long position, int payload) {
    byte[] record = TestOwner.record(position, payload);
    byte[] batch = new byte[LogBackend.PREFIX + record.length];
    System.arraycopy(record, 0, batch, LogBackend.PREFIX, record.length);
    return new Request.Append(epoch, position, batch, record.length);
  }

  private static void refused(Answer answer, String text) {
    assertThat(answer)
        .isInstanceOfSatisfying(
            Answer.Failure.class,
            no -> {
              assertThat(no.reason()).isEqualTo(Answer.Reason.REFUSED);
              assertThat(no.text()).contains(text);
            });
  }

  @Test
  void opensNothingForAStragglerOfTheSameOwner() throws Exception {
    Peer lost = new Peer();
    Peer now = new Peer();
    assertThat(ask(now, new Request.Open(5, 2, 0, "o"))).isEqualTo(new Answer.Granted(1, 0, 0));
    refused(ask(lost, new Request.Open(5, 1, 0, "o")), "a later attempt came before");
    assertThat(ask(now, append(1, 0, 64))).isEqualTo(new Answer.Appended(100));
  }

  @Test
  void takesAppendsFromTheConnectionThatResumedTheTurnLast() throws Exception {
    Peer old = new Peer();
    Peer now = new Peer();
    ask(old, new Request.Open(5, 1, 0, "o"));
    assertThat(ask(now, new Request.Open(5, 2, 1, "o"))).isEqualTo(new Answer.Granted(1, 0, 0));
    refused(ask(old, append(1, 0, 64)), "does not hold the turn");
    assertThat(ask(now, append(1, 0, 64))).isEqualTo(new Answer.Appended(100));
    assertThat(group.committed()).isEqualTo(100);
  }

  @Test
  void letsAnOwnerThatIsOverDisturbNobody() throws Exception {
    Peer over = new Peer();
    Peer now = new Peer();
    ask(over, new Request.Open(5, 1, 0, "o"));
    ask(now, new Request.Open(6, 1, 0, "p"));
    assertThat(ask(over, new Request.Open(5, 2, 1, "o")))
        .isInstanceOfSatisfying(
            Answer.Failure.class, no -> assertThat(no.reason()).isEqualTo(Answer.Reason.EXPIRED));
    assertThat(ask(now, append(2, 0, 64))).isEqualTo(new Answer.Appended(100));
  }

  @Test
  void saysWhereTheLogEnds() throws Exception {
    Peer peer = new Peer();
    ask(peer, new Request.Open(5, 1, 0, "o"));
    assertThat(ask(peer, append(1, 500, 64)))
        .isInstanceOfSatisfying(
            Answer.Failure.class,
            no -> {
              assertThat(no.reason()).isEqualTo(Answer.Reason.POSITION);
              assertThat(no.value()).isZero();
            });
  }

  @Test
  void takesNoMoreThanItHasRoomFor() throws Exception {
    Peer peer = new Peer();
    ask(peer, new Request.Open(5, 1, 0, "o"));
    group.hold();
    int payload = (4 << 20) - 36;
    long position = 0;
    CompletableFuture<Answer> first = later(peer, append(1, 0, payload));
    for (int i = 1; i < 6; i++) {
      position += 4 << 20;
      later(peer, append(1, position, payload));
    }
    assertThat(ask(peer, append(1, position + (4 << 20), payload)))
        .isInstanceOfSatisfying(
            Answer.Failure.class, no -> assertThat(no.reason()).isEqualTo(Answer.Reason.BUSY));
    group.release();
    assertThat(first.get(10, TimeUnit.SECONDS)).isEqualTo(new Answer.Appended(4 << 20));
  }

  @Test
  void answersAWatchWhenTheStatusChanges() throws Exception {
    Peer peer = new Peer();
    Answer.Watched now = (Answer.Watched) ask(peer, watch(0, 0, Long.MAX_VALUE, 60_000));
    assertThat(now.leader()).isEqualTo("me");
    CompletableFuture<Answer> next = later(peer, watch(0, now.state(), Long.MAX_VALUE, 60_000));
    assertThat(next).isNotDone();
    group.status(Log.Status.LOW_SPACE, "little is left");
    assertThat(next.get(10, TimeUnit.SECONDS))
        .isInstanceOfSatisfying(
            Answer.Watched.class,
            w -> {
              assertThat(w.status()).isEqualTo(Log.Status.LOW_SPACE);
              assertThat(w.reason()).isEqualTo("little is left");
              assertThat(w.state()).isNotEqualTo(now.state());
            });
  }

  @Test
  void answersAWatchWhenMoreIsCommittedOrItsTimeIsUp() throws Exception {
    Peer peer = new Peer();
    ask(peer, new Request.Open(5, 1, 0, "o"));
    Answer.Watched now = (Answer.Watched) ask(peer, watch(0, 0, 0, 60_000));
    CompletableFuture<Answer> next = later(peer, watch(0, now.state(), 0, 60_000));
    ask(peer, append(1, 0, 64));
    assertThat(((Answer.Watched) next.get(10, TimeUnit.SECONDS)).committed()).isEqualTo(100);
    Answer late = ask(peer, watch(0, now.state(), 100, 1));
    assertThat(((Answer.Watched) late).state()).isEqualTo(now.state());
  }

  private static Request.Watch watch(long epoch, long known, long beyond, int millis) {
    return new Request.Watch(epoch, known, beyond, millis);
  }

  @Test
  void letsGoWhoSendsNonsense() {
    Peer peer = new Peer();
    CompletableFuture<ByteBuf> answer = new CompletableFuture<>();
    service.request(peer, 66, Unpooled.wrappedBuffer(new byte[3]), answer::complete);
    assertThat(answer).isDone();
    assertThat(peer.closed).isTrue();
  }

  @Test
  void tellsANewerOwnerWhatItSpeaks() {
    Peer peer = new Peer();
    CompletableFuture<ByteBuf> answer = new CompletableFuture<>();
    service.request(peer, 64, Unpooled.wrappedBuffer(new byte[] {9}), answer::complete);
    assertThat(answer)
        .isCompletedWithValueMatching(
            body -> {
              try {
                return ServiceCodec.answer(MessageType.OPEN, body) instanceof Answer.Failure no
                    && no.text().equals("version 9 of the service; this build speaks 1");
              } catch (BadMessageException e) {
                return false;
              }
            });
    assertThat(peer.closed).isFalse();
  }

  @Test
  void readsOnWhereTheLastReadEnded() throws Exception {
    Peer peer = new Peer();
    ask(peer, new Request.Open(5, 1, 0, "o"));
    for (int i = 0; i < 10; i++) {
      ask(peer, append(1, i * 100L, 64));
    }
    long position = 0;
    while (position < 1_000) {
      Answer.Records found = (Answer.Records) ask(peer, new Request.Read(position, 250));
      assertThat(found.length()).isEqualTo(200);
      position += found.length();
    }
    Answer.Records whole = (Answer.Records) ask(peer, new Request.Read(0, 1));
    assertThat(whole.length()).as("a record comes whole").isEqualTo(100);
    service.closed(peer);
    await().until(() -> ask(peer, new Request.Read(1_000, 1)) instanceof Answer.Records);
  }
}
