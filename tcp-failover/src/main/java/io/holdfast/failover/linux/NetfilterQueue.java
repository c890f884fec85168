package io.holdfast.failover.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * One netfilter queue of the kernel: segments that a rule sends to it wait there for our verdict.
 *
 * <p>Segments come whole (GSO: up to 64 KiB and more in one piece), of which the first {@value
 * #COPY_RANGE} bytes are copied to us: more than the largest IPv4 or plain IPv6 header with the
 * largest TCP header. While nobody has the queue, or when it is full, the kernel drops: there is no
 * fail-open, and what is held when the owner dies is dropped too (retransmission brings it back).
 *
 * <p>Threads: {@link #receive} belongs to one thread, {@link #verdict} and {@link #flushVerdicts}
 * to one thread, which may be another. Neither allocates.
 *
 * <p>Verdicts are single messages, many in one send. The kernel's batch verdict is never used: it
 * releases every segment of the queue up to a number, whosever it is.
 */
public final class NetfilterQueue implements SegmentQueue, Closeable {
  /** Bytes of each segment that are copied to us. */
  public static final int COPY_RANGE = 128;

  private static final int NETLINK_NETFILTER = 12;
  private static final int SUBSYSTEM_QUEUE = 3;
  private static final int PACKET = SUBSYSTEM_QUEUE << 8;
  private static final int VERDICT = SUBSYSTEM_QUEUE << 8 | 1;
  private static final int CONFIG = SUBSYSTEM_QUEUE << 8 | 2;

  private static final int CFG_CMD = 1;
  private static final int CFG_PARAMS = 2;
  private static final int CFG_QUEUE_MAXLEN = 3;
  private static final int CFG_MASK = 4;
  private static final int CFG_FLAGS = 5;
  private static final int CMD_BIND = 1;
  private static final int COPY_PACKET = 2;
  private static final int FLAG_FAIL_OPEN = 1;
  private static final int FLAG_GSO = 1 << 2;

  private static final int PACKET_HDR = 1;
  private static final int VERDICT_HDR = 2;
  private static final int PAYLOAD = 10;
  private static final int CAP_LEN = 13;
  private static final int SKB_INFO = 14;

  private static final int NF_DROP = 0;
  private static final int NF_ACCEPT = 1;

  /** Messages that one {@link #receive} takes at most. */
  public static final int BURST = 64;

  /** Room for one message: {@link #COPY_RANGE} bytes and less than 200 of attributes. */
  private static final int SLOT = 1024;

  private static final int VERDICT_LENGTH = 32;
  private static final int OUTGOING = 2048 * VERDICT_LENGTH;
  private static final int BUFFERS = 64 << 20;

  private final int number;
  private final int fd;

  // The receiving side.
  private final MemorySegment errno;
  private final MemorySegment incoming;
  private final ByteBuffer view;
  private final ReceiveBatch batch;
  private final NetlinkReader reader = new NetlinkReader();
  private long refused;
  private int lastRefusal;
  private long truncated;

  // The verdict side.
  private final MemorySegment verdictErrno;
  private final MemorySegment outgoing;
  private final ByteBuffer verdicts;

  private NetfilterQueue(int number, int fd) {
    Arena arena = Arena.ofAuto();
    this.number = number;
    this.fd = fd;
    errno = arena.allocate(JAVA_INT);
    incoming = arena.allocate((long) BURST * SLOT, 64);
    view = incoming.asByteBuffer().order(ByteOrder.BIG_ENDIAN);
    batch = new ReceiveBatch(arena, incoming, BURST, SLOT);
    verdictErrno = arena.allocate(JAVA_INT);
    outgoing = arena.allocate(OUTGOING, 64);
    verdicts = outgoing.asByteBuffer().order(ByteOrder.nativeOrder());
  }

  /**
   * Takes a queue.
   *
   * @param number 0 to 65535
   * @param maxLength segments that may wait for a verdict; what comes on top is dropped
   * @throws LinuxException with a message for the operator: another process has the queue, a
   *     privilege is missing, the kernel has no such queues
   */
  public static NetfilterQueue open(int number, int maxLength) throws LinuxException {
    int fd = NetlinkSocket.open(NETLINK_NETFILTER, 0, BUFFERS);
    try {
      NetfilterQueue queue = new NetfilterQueue(number, fd);
      queue.configure(queue.attributes(CFG_CMD, new byte[] {CMD_BIND, 0, 0, 0}), "take");
      ByteBuffer parameters = ByteBuffer.allocate(64).order(ByteOrder.nativeOrder());
      NetlinkSocket.attribute(parameters, CFG_PARAMS, bytes(COPY_RANGE, COPY_PACKET));
      NetlinkSocket.attribute(parameters, CFG_FLAGS, bytes(FLAG_GSO));
      NetlinkSocket.attribute(parameters, CFG_MASK, bytes(FLAG_GSO | FLAG_FAIL_OPEN));
      NetlinkSocket.attribute(parameters, CFG_QUEUE_MAXLEN, bytes(maxLength));
      queue.configure(parameters.flip(), "configure");
      return queue;
    } catch (LinuxException refused) {
      Descriptors.close(fd);
      throw refused;
    }
  }

  private static byte[] bytes(int value) {
    return ByteBuffer.allocate(4).putInt(value).array();
  }

  private static byte[] bytes(int value, int last) {
    return ByteBuffer.allocate(5).putInt(value).put((byte) last).array();
  }

  private ByteBuffer attributes(int type, byte[] value) {
    ByteBuffer buffer = ByteBuffer.allocate(64).order(ByteOrder.nativeOrder());
    NetlinkSocket.attribute(buffer, type, value);
    return buffer.flip();
  }

  private void configure(ByteBuffer attributes, String purpose) throws LinuxException {
    String call = purpose + " netfilter queue " + number;
    int answer = -NetlinkSocket.request(fd, CONFIG, number, attributes);
    switch (answer) {
      case 0 -> {}
      case Errno.EPERM -> throw new LinuxException(call, answer, whoHasIt());
      case Errno.EINVAL, Errno.ENOENT, Errno.EPROTONOSUPPORT ->
          throw new LinuxException(
              call, answer, "this kernel has no netfilter queues (module nfnetlink_queue)");
      default -> throw new LinuxException(call, answer);
    }
  }

  private String whoHasIt() {
    for (String line : table()) {
      String[] words = line.trim().split("\\s+", -1);
      if (Integer.parseInt(words[0]) == number) {
        return "netfilter queue "
            + number
            + " is held by another process (port id "
            + words[1]
            + ", as a rule its pid)";
      }
    }
    return Capabilities.effective(Capabilities.Capability.NET_ADMIN)
        ? "netfilter queue " + number + " is held by another process"
        : Capabilities.missing(Capabilities.Capability.NET_ADMIN);
  }

  /** To be watched for {@link Epoll#IN}. */
  public int fd() {
    return fd;
  }

  /** The queue's number. */
  public int number() {
    return number;
  }

  /**
   * Takes what waits, without blocking: {@link #receive(SegmentHandler, int)} with {@link #BURST}.
   */
  public int receive(SegmentHandler handler) throws LinuxException {
    return receive(handler, BURST);
  }

  /**
   * Takes what waits, without blocking. The handler must not throw: the segments behind would wait
   * for ever. What the caller has no room for it leaves in the kernel, with {@code most}.
   *
   * @param most messages to take at most, 1 or more; never more than {@value #BURST} are taken
   * @return how many messages were taken; fewer than were asked for: nothing waits any more
   */
  public int receive(SegmentHandler handler, int most) throws LinuxException {
    int messages = batch.receive(errno, fd, Math.min(most, BURST));
    if (messages < 0) {
      if (messages == -Errno.EAGAIN || messages == -Errno.EINTR || messages == -Errno.ENOBUFS) {
        return 0;
      }
      throw new LinuxException("receive from netfilter queue " + number, -messages);
    }
    for (int i = 0; i < messages; i++) {
      if (batch.truncated(i)) {
        truncated++;
      } else {
        dispatch(i * SLOT, batch.length(i), handler);
      }
    }
    return messages;
  }

  private void dispatch(int at, int length, SegmentHandler handler) {
    NetlinkReader message = reader.wrap(view, at, length);
    while (message.next()) {
      if (message.type() == NetlinkReader.ERROR) {
        int error = message.error();
        // ENOENT: the segment is gone already, with its socket's memory or its rule.
        if (error != 0 && error != Errno.ENOENT) {
          refused++;
          lastRefusal = error;
        }
      } else if (message.type() == PACKET) {
        packet(message, handler);
      }
    }
  }

  private void packet(NetlinkReader message, SegmentHandler handler) {
    int id = 0;
    int hook = 0;
    int info = 0;
    int start = 0;
    int captured = 0;
    int full = 0;
    message.attributes(NetlinkReader.FAMILY_HEADER);
    while (message.nextAttribute()) {
      int value = message.valueIndex();
      switch (message.attributeType()) {
        case PACKET_HDR -> {
          id = view.getInt(value);
          hook = view.get(value + 6);
        }
        case PAYLOAD -> {
          start = value;
          captured = message.valueLength();
        }
        case CAP_LEN -> full = view.getInt(value);
        case SKB_INFO -> info = view.getInt(value);
        default -> {}
      }
    }
    handler.packet(id, hook, view, start, captured, full == 0 ? captured : full, info);
  }

  @Override
  public void verdict(int id, boolean accept) throws LinuxException {
    if (verdicts.remaining() < VERDICT_LENGTH) {
      flushVerdicts();
    }
    int at = verdicts.position();
    verdicts.putInt(at, VERDICT_LENGTH);
    verdicts.putShort(at + 4, (short) VERDICT);
    verdicts.putShort(at + 6, (short) NetlinkSocket.REQUEST);
    verdicts.putInt(at + 8, 0); // sequence
    verdicts.putInt(at + 12, 0); // port
    verdicts.put(at + 16, (byte) 0); // any family
    verdicts.put(at + 17, (byte) 0); // NFNETLINK_V0
    verdicts.putShort(at + 18, bigEndian((short) number));
    verdicts.putShort(at + 20, (short) 12);
    verdicts.putShort(at + 22, (short) VERDICT_HDR);
    verdicts.putInt(at + 24, bigEndian(accept ? NF_ACCEPT : NF_DROP));
    verdicts.putInt(at + 28, bigEndian(id));
    verdicts.position(at + VERDICT_LENGTH);
  }

  private static int bigEndian(int value) {
    return ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? value : Integer.reverseBytes(value);
  }

  private static short bigEndian(short value) {
    return ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? value : Short.reverseBytes(value);
  }

  @Override
  public int flushVerdicts() throws LinuxException {
    int bytes = verdicts.position();
    if (bytes == 0) {
      return 0;
    }
    verdicts.clear();
    long sent;
    do {
      sent = Libc.send(verdictErrno, fd, outgoing.address(), bytes, Libc.MSG_NOSIGNAL);
    } while (sent == -Errno.EINTR);
    if (sent < 0) {
      throw new LinuxException("verdicts to netfilter queue " + number, (int) -sent);
    }
    return bytes / VERDICT_LENGTH;
  }

  /**
   * What was held, lost and refused.
   *
   * @param waiting segments in the kernel without a verdict
   * @param dropped segments dropped because {@code maxLength} were waiting
   * @param userDropped segments lost between kernel and process (no room in the socket's buffer)
   * @param refusedVerdicts error answers of the kernel to our verdicts, those about vanished
   *     segments left out
   * @param lastRefusal errno of the last of them, 0 if none
   * @param truncatedMessages messages longer than expected, never seen (their segments wait)
   */
  public record Counters(
      long waiting,
      long dropped,
      long userDropped,
      long refusedVerdicts,
      int lastRefusal,
      long truncatedMessages) {}

  /**
   * The kernel's counters of this queue, and our own. Reads /proc of the calling thread's network
   * namespace: not for the hot path.
   */
  public Counters counters() {
    for (String line : table()) {
      String[] words = line.trim().split("\\s+", -1);
      if (words.length >= 7 && Integer.parseInt(words[0]) == number) {
        return new Counters(
            Long.parseLong(words[2]),
            Long.parseLong(words[5]),
            Long.parseLong(words[6]),
            refused,
            lastRefusal,
            truncated);
      }
    }
    return new Counters(0, 0, 0, refused, lastRefusal, truncated);
  }

  private static List<String> table() {
    try {
      return Files.readAllLines(Path.of("/proc/thread-self/net/netfilter/nfnetlink_queue"));
    } catch (IOException absent) {
      return List.of();
    }
  }

  /** Gives the queue back; what waits in it is dropped by the kernel. */
  @Override
  public void close() {
    Descriptors.close(fd);
  }
}
