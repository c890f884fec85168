package io.holdfast.failover.pipeline;

import io.holdfast.failover.connection.Connection;
import io.holdfast.failover.connection.FourTuple;
import io.holdfast.failover.linux.SegmentQueue;
import io.holdfast.failover.records.Endpoint;
import io.holdfast.failover.records.ServiceSpec;
import io.holdfast.logstore.log.Log;
import io.holdfast.logstore.log.LogStatistics;
import io.holdfast.logstore.log.Streams;
import io.holdfast.logstore.record.RecordFlyweight;
import io.holdfast.logstore.record.RecordKind;
import io.holdfast.logstore.segment.LogReader;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The two stages with a log whose commits are given by hand, and ends that note what they are told.
 */
final class FakeEnds implements SegmentQueue, SocketCommands, SpeakerPort, SpeakerWatch, Log {
  static final int FD = 42;
  static final InetAddress HERE = InetAddress.getLoopbackAddress();

  record Record(RecordKind kind, long stream, long offset, byte[] payload) {}

  final List<Record> records = new ArrayList<>();
  final List<String> told = new ArrayList<>();
  final List<Integer> accepted = new ArrayList<>();
  final List<Integer> dropped = new ArrayList<>();
  final java.io.ByteArrayOutputStream written = new java.io.ByteArrayOutputStream();
  final FailoverState state = new FailoverState();
  final Alarms alarms = new Alarms();
  final LogStage logStage = new LogStage(this, state, alarms);
  final ReleaseStage release =
      new ReleaseStage(this, state, logStage, this, this, this, this, alarms);
  final StandIn standIn;
  int room = Integer.MAX_VALUE;
  boolean frozen;
  int unacknowledged;
  private long appended;
  private long committed;

  FakeEnds(long standInLimitNanos) {
    standIn = new StandIn(state, logStage, release, this, this, alarms, standInLimitNanos);
    state.nowNanos = 1;
    state.speaker.startedAt(1, 0);
  }

  // ---- driving ----

  void batch(FailoverEvent... events) {
    for (FailoverEvent event : events) {
      logStage.on(event);
    }
    flush();
    for (FailoverEvent event : events) {
      release.on(event);
    }
    release.finishBatch();
  }

  void tickAt(long nanos) {
    state.nowNanos = nanos;
    standIn.tick();
    flush();
    release.finishBatch();
  }

  void commitAll() {
    committed = appended;
    release.finishBatch();
  }

  FailoverEvent event(EventType type) {
    FailoverEvent event = new FailoverEvent();
    event.type = type;
    event.key.set(FourTuple.of(HERE, 179, HERE, 40000));
    return event;
  }

  FailoverEvent segment(int id, int sequence, int end, int ack, int flags) {
    FailoverEvent event = event(EventType.SEGMENT);
    event.flag = true;
    event.packetId = id;
    event.sequence = sequence;
    event.end = end;
    event.acknowledgment = ack;
    event.flags = flags;
    return event;
  }

  /** A connection that the peer opened (iss 1000, irs 5000), accepted as {@link #FD}. */
  Connection open() {
    FailoverEvent syn = segment(1, 5000, 5000, 0, Connection.SYN);
    syn.inbound = true;
    batch(syn);
    batch(segment(2, 1000, 1000, 5001, Connection.SYN | Connection.ACK));
    FailoverEvent accept = event(EventType.ACCEPTED);
    accept.descriptor = FD;
    batch(accept);
    return state.find(accept.key);
  }

  FailoverEvent read(Connection connection, String text) {
    FailoverEvent event = event(EventType.READ);
    event.connection = connection;
    byte[] bytes = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    event.payload.put(FailoverEvent.HEADROOM, bytes);
    event.length = bytes.length;
    return event;
  }

  FailoverEvent output(long channel, Connection connection, String text) {
    FailoverEvent event = read(connection, text);
    event.type = EventType.OUTPUT;
    event.channel = channel;
    event.targets(new long[] {connection.id()}, 1);
    return event;
  }

  /** A speaker attaches on this channel and says that it has folded everything. */
  void attach(long channel) {
    FailoverEvent event = event(EventType.ATTACH);
    event.channel = channel;
    event.object = new SpeakerIdentity("test", 4711);
    batch(event);
  }

  void folded(long channel) {
    FailoverEvent event = event(EventType.FOLDED);
    event.channel = channel;
    event.flag = true;
    batch(event);
  }

  List<RecordKind> kinds() {
    return records.stream().map(Record::kind).toList();
  }

  // ---- log ----

  @Override
  public long append(
      RecordKind kind,
      int version,
      long timeMicros,
      long stream,
      long offset,
      ByteBuffer payload,
      int from,
      int length) {
    byte[] bytes = new byte[length];
    payload.get(from, bytes);
    records.add(new Record(kind, stream, offset, bytes));
    long position = appended;
    appended += RecordFlyweight.HEADER_LENGTH + length;
    return position;
  }

  @Override
  public void flush() {
    if (!frozen) {
      committed = appended;
    }
  }

  @Override
  public long appended() {
    return appended;
  }

  @Override
  public long committed() {
    return committed;
  }

  @Override
  public long uncommitted() {
    return appended - committed;
  }

  @Override
  public long first() {
    return 0;
  }

  @Override
  public LogReader reader(long position) {
    throw new AssertionError("nobody reads here");
  }

  @Override
  public void trim(long position) {}

  @Override
  public void onCommit(CommitListener listener) {}

  @Override
  public void onStatus(StatusListener listener) {}

  @Override
  public Status status() {
    return Status.OK;
  }

  @Override
  public void close() {}

  // ---- gate ----

  @Override
  public void verdict(int id, boolean accept) {
    (accept ? accepted : dropped).add(id);
  }

  @Override
  public int flushVerdicts() {
    return 0;
  }

  // ---- sockets ----

  @Override
  public int write(int fd, ByteBuffer from, int index, int length) {
    int n = Math.min(room, length);
    if (n == 0) {
      return -io.holdfast.failover.linux.Errno.EAGAIN;
    }
    byte[] bytes = new byte[n];
    from.get(index, bytes);
    written.writeBytes(bytes);
    room -= room == Integer.MAX_VALUE ? 0 : n;
    return n;
  }

  @Override
  public void shutdownWrite(int fd) {
    told.add("shutdown " + fd);
  }

  @Override
  public void startReading(Connection connection, int fd) {
    told.add("read " + fd);
  }

  @Override
  public void awaitRoom(int fd) {
    told.add("room " + fd);
  }

  @Override
  public void reportError(int fd, int errno) {
    told.add("error " + fd);
  }

  @Override
  public void close(int fd, boolean reset, Connection connection) {
    told.add((reset ? "reset " : "close ") + fd);
  }

  @Override
  public void connect(long request, Endpoint remote, InetAddress local, int ttl) {
    told.add("connect " + request);
  }

  @Override
  public void serve(ServiceSpec service) {
    told.add("serve " + service.name());
  }

  @Override
  public int unacknowledged(int fd) {
    return unacknowledged;
  }

  @Override
  public int receiveWindow(int fd) {
    return 65_535;
  }

  @Override
  public void abandonRestore(Connection connection) {
    told.add("abandon " + connection.id());
  }

  @Override
  public void pauseReading(boolean paused) {
    told.add(paused ? "pause" : "resume");
  }

  // ---- speakers ----

  @Override
  public void welcome(long channel, long epoch, long replayStart, long attachedAt) {
    told.add("welcome " + channel + " from " + replayStart);
  }

  @Override
  public void credit(long channel, long connection, long offset) {
    told.add("credit " + offset);
  }

  @Override
  public void connectFailed(long channel, long request, String reason) {
    told.add("connect failed " + request);
  }

  @Override
  public void refuse(long channel, String reason) {
    told.add("refuse " + channel);
  }

  @Override
  public void fence(long channel, String reason) {
    told.add("fence " + channel);
  }

  @Override
  public void committed(long position) {}

  @Override
  public void active(int pid) {
    told.add("active " + pid);
  }

  @Override
  public void silent(int pid) {
    told.add("silent " + pid);
  }

  @Override
  public void gone(int pid) {
    told.add("gone " + pid);
  }

  @Override
  public Streams streams() {
    throw new UnsupportedOperationException();
  }

  @Override
  public LogStatistics statistics() {
    throw new UnsupportedOperationException();
  }
}
