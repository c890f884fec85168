package io.holdfast.failover.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.holdfast.failover.packet.IpFlyweight;
import io.holdfast.failover.packet.TcpFlyweight;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The queue on a real kernel: two hosts, one TCP connection, our segments in the queue. */
class NetfilterQueueTest {
  private static final int QUEUE = 7;
  private static final int PORT = 179;
  private static final int MEGABYTE = 1 << 20;

  private TwoHosts hosts;
  private final TcpSockets ours = new TcpSockets();
  private final TcpSockets theirs = new TcpSockets();
  private final List<Integer> open = new ArrayList<>();
  private final ByteBuffer data = ByteBuffer.allocateDirect(MEGABYTE);

  @BeforeEach
  void twoHosts() throws Exception {
    hosts = new TwoHosts();
  }

  @AfterEach
  void closeEverything() throws Exception {
    open.forEach(ours::closeReset);
    hosts.close();
  }

  private record Segment(int id, int hook, int full, int captured, int info, int flags, int data) {}

  private static final class Recorder implements SegmentHandler {
    private final List<Segment> segments = new ArrayList<>();
    private final IpFlyweight ip = new IpFlyweight();
    private final TcpFlyweight tcp = new TcpFlyweight();

    @Override
    public void packet(
        int id, int hook, ByteBuffer view, int at, int captured, int full, int info) {
      assertThat(ip.wrap(view, at, captured, full)).isTrue();
      assertThat(tcp.wrap(view, at, captured, ip)).isTrue();
      segments.add(new Segment(id, hook, full, captured, info, tcp.flags(), tcp.payloadLength()));
    }
  }

  private static ConditionFactory soon() {
    return await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1));
  }

  private void rule(String rule) throws Exception {
    hosts.us().exec("iptables -t raw -A " + rule + " -j NFQUEUE --queue-num " + QUEUE);
    hosts.us().exec("ip6tables -t raw -A " + rule + " -j NFQUEUE --queue-num " + QUEUE);
  }

  private NetfilterQueue queue() throws Exception {
    return hosts.us().in(() -> NetfilterQueue.open(QUEUE, 8192));
  }

  private int listen(String address) throws Exception {
    InetAddress at = InetAddress.getByName(address);
    int fd = hosts.us().in(() -> ours.listen(at, PORT, 8));
    open.add(fd);
    return fd;
  }

  private int connect(String address) throws Exception {
    InetSocketAddress to = new InetSocketAddress(InetAddress.getByName(address), PORT);
    int fd = hosts.peer().in(() -> theirs.connect(null, to, 0));
    open.add(fd);
    return fd;
  }

  /** Takes what comes until {@code count} segments were seen, without a verdict. */
  private static void gather(NetfilterQueue queue, Recorder recorder, int count) {
    soon()
        .until(
            () -> {
              queue.receive(recorder);
              return recorder.segments.size() >= count;
            });
  }

  private static void acceptAll(NetfilterQueue queue, Recorder recorder) throws Exception {
    for (Segment segment : recorder.segments) {
      queue.verdict(segment.id, true);
    }
    queue.flushVerdicts();
    recorder.segments.clear();
  }

  private int accepted(NetfilterQueue queue, Recorder recorder, int listener) {
    int[] fd = {-1};
    soon()
        .until(
            () -> {
              queue.receive(recorder);
              acceptAll(queue, recorder);
              fd[0] = ours.accept(listener);
              return fd[0] >= 0;
            });
    open.add(fd[0]);
    return fd[0];
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.77.0.2", "fd77::2"})
  void holdsSegmentsOfARealConnectionWholeAndLetsThemFlowOnAVerdict(String us) throws Exception {
    rule("OUTPUT -p tcp --sport " + PORT);
    try (NetfilterQueue queue = queue()) {
      Recorder recorder = new Recorder();
      int listener = listen(us);
      int theirFd = connect(us);
      gather(queue, recorder, 1);
      assertThat(recorder.segments.getFirst().hook).isEqualTo(SegmentHandler.HOOK_OUTPUT);
      assertThat(recorder.segments.getFirst().flags).isEqualTo(TcpFlyweight.SYN | TcpFlyweight.ACK);
      assertThat(ours.accept(listener)).as("held").isEqualTo(-Errno.EAGAIN);
      int ourFd = accepted(queue, recorder, listener);

      for (int i = 0; i < MEGABYTE; i++) {
        data.put(i, (byte) (i * 31));
      }
      int[] written = {0};
      int[] read = {0};
      int[] most = {0};
      int[] largest = {0};
      ByteBuffer got = ByteBuffer.allocateDirect(MEGABYTE);
      soon()
          .until(
              () -> {
                written[0] +=
                    Math.max(0, ours.write(ourFd, data, written[0], MEGABYTE - written[0]));
                queue.receive(recorder);
                for (Segment segment : recorder.segments) {
                  largest[0] = Math.max(largest[0], segment.full);
                  assertThat(segment.captured).isLessThanOrEqualTo(NetfilterQueue.COPY_RANGE);
                  if (segment.full > 1500) {
                    assertThat(segment.info & SegmentHandler.GSO).isNotZero();
                  }
                  queue.verdict(segment.id, true);
                }
                recorder.segments.clear();
                most[0] = Math.max(most[0], queue.flushVerdicts());
                read[0] += Math.max(0, theirs.read(theirFd, got, read[0], MEGABYTE - read[0]));
                return read[0] == MEGABYTE;
              });
      assertThat(got).isEqualTo(data);
      assertThat(largest[0]).as("a segment larger than the wire takes").isGreaterThan(1500);
      assertThat(most[0]).as("verdicts in one send").isGreaterThan(1);
      assertThat(hosts.us().in(queue::counters).refusedVerdicts()).isZero();
    }
  }

  @Test
  void dropsWhatIsRefusedAndCountsNoErrorForASegmentThatIsGone() throws Exception {
    rule("OUTPUT -p tcp --sport " + PORT);
    try (NetfilterQueue queue = queue()) {
      Recorder recorder = new Recorder();
      listen("10.77.0.2");
      int theirFd = connect("10.77.0.2");
      gather(queue, recorder, 1);
      int id = recorder.segments.getFirst().id;
      queue.verdict(id, false);
      queue.verdict(id, true);
      queue.verdict(id + 4711, true);
      assertThat(queue.flushVerdicts()).isEqualTo(3);
      assertThat(queue.flushVerdicts()).isZero();
      recorder.segments.clear();
      // The peer asks again: a second SYN-ACK comes, so the first was dropped.
      gather(queue, recorder, 1);
      assertThat(recorder.segments.getFirst().flags).isEqualTo(TcpFlyweight.SYN | TcpFlyweight.ACK);
      assertThat(hosts.peer().in(() -> theirs.info(theirFd)).state()).isEqualTo(TcpInfo.SYN_SENT);
      NetfilterQueue.Counters counters = hosts.us().in(queue::counters);
      assertThat(counters.refusedVerdicts()).isZero();
      assertThat(counters.waiting()).isEqualTo(recorder.segments.size());
    }
  }

  @Test
  void leavesInTheKernelWhatTheCallerHasNoRoomFor() throws Exception {
    rule("OUTPUT -p tcp --sport " + PORT);
    try (NetfilterQueue queue = queue()) {
      Recorder recorder = new Recorder();
      listen("10.77.0.2");
      for (int i = 0; i < 3; i++) {
        connect("10.77.0.2");
      }
      soon().until(() -> hosts.us().in(queue::counters).waiting() >= 3);
      assertThat(queue.receive(recorder, 1)).isEqualTo(1);
      assertThat(queue.receive(recorder, 1)).isEqualTo(1);
      assertThat(recorder.segments).hasSize(2);
      assertThat(queue.receive(recorder)).isPositive();
      assertThat(recorder.segments).extracting(Segment::id).doesNotHaveDuplicates();
    }
  }

  @Test
  void refusesASecondOwnerWithTheReason() throws Exception {
    try (NetfilterQueue queue = queue()) {
      assertThat(queue.number()).isEqualTo(QUEUE);
      assertThatThrownBy(this::queue)
          .isInstanceOf(LinuxException.class)
          .hasMessageContaining("netfilter queue 7 is held by another process (port id ");
    }
    queue().close();
  }

  @Test
  void refusesWithoutPrivilegeAndNamesIt() throws Exception {
    String said =
        hosts
            .us()
            .shell(
                "setpriv --bounding-set=-net_admin --inh-caps=-net_admin "
                    + ChildMain.command("open-queue"));
    assertThat(said.trim()).isEqualTo(Capabilities.missing(Capabilities.Capability.NET_ADMIN));
  }

  @Test
  void countsWhatFindsNoRoomAndLetsNothingOut() throws Exception {
    rule("OUTPUT -p tcp --sport " + PORT);
    try (NetfilterQueue queue = hosts.us().in(() -> NetfilterQueue.open(QUEUE, 2))) {
      listen("10.77.0.2");
      List<Integer> callers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        callers.add(connect("10.77.0.2"));
      }
      soon().until(() -> hosts.us().in(queue::counters).dropped() >= 2);
      assertThat(hosts.us().in(queue::counters).waiting()).isEqualTo(2);
      for (int caller : callers) {
        assertThat(hosts.peer().in(() -> theirs.info(caller)).state()).isEqualTo(TcpInfo.SYN_SENT);
      }
    }
  }

  @Test
  void deliversTheInboundSynOfAVethAtPrerouting() throws Exception {
    rule("PREROUTING -p tcp --dport " + PORT + " --tcp-flags SYN SYN");
    try (NetfilterQueue queue = queue()) {
      Recorder recorder = new Recorder();
      int listener = listen("10.77.0.2");
      connect("10.77.0.2");
      gather(queue, recorder, 1);
      assertThat(recorder.segments.getFirst().hook).isEqualTo(SegmentHandler.HOOK_PREROUTING);
      assertThat(recorder.segments.getFirst().flags).isEqualTo(TcpFlyweight.SYN);
      accepted(queue, recorder, listener);
    }
  }

  @Test
  void theHotCallsAllocateNothing() throws Exception {
    rule("OUTPUT -p tcp --sport " + PORT);
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
    Set<Long> allocated = new TreeSet<>();
    try (NetfilterQueue queue = queue();
        Epoll epoll = Epoll.create(8);
        EventFd wakeUp = EventFd.create()) {
      int listener = listen("10.77.0.2");
      int theirFd = connect("10.77.0.2");
      int ourFd = accepted(queue, new Recorder(), listener);
      epoll.add(queue.fd(), Epoll.IN, 1);
      epoll.add(wakeUp.fd(), Epoll.IN, 2);
      SegmentHandler accept =
          (id, hook, view, at, captured, full, info) -> {
            try {
              queue.verdict(id, true);
            } catch (LinuxException refused) {
              throw new IllegalStateException(refused);
            }
          };
      // Once the compiler has seen them all: how soon that is depends on what else the machine
      // does.
      long patience = System.nanoTime() + 120_000_000_000L;
      while (!allocated.contains(0L) && System.nanoTime() < patience) {
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 1000; i++) {
          ours.write(ourFd, data, 0, 100);
          wakeUp.wake();
          epoll.await(0);
          wakeUp.drain();
          queue.receive(accept);
          queue.flushVerdicts();
          theirs.read(theirFd, data, 0, 1000);
          ours.unsentBytes(ourFd);
          ours.accept(listener);
        }
        allocated.add(threads.getCurrentThreadAllocatedBytes() - before);
      }
    }
    assertThat(allocated).as("bytes in 1,000 rounds").contains(0L);
  }
}
