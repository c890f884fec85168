package io.holdfast.lab.log;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.lab.history.BatchId;
import io.holdfast.lab.history.HistoryRecorder;
import io.holdfast.lab.history.Read;
import io.holdfast.logstore.config.ConfigException;
import io.holdfast.logstore.config.ConfigFile;
import io.holdfast.logstore.config.LogConfig;
import io.holdfast.logstore.log.Log;
import io.holdfast.logstore.log.LogStatistics;
import io.holdfast.logstore.log.OwnedLog;
import io.holdfast.logstore.log.Streams;
import io.holdfast.logstore.placement.LogPlacement;
import io.holdfast.logstore.record.RecordFlyweight;
import io.holdfast.logstore.record.RecordKind;
import io.holdfast.logstore.segment.LogReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The owner's side of a log, with everything that it appends and is told written down. Each batch
 * is flushed by itself. Owned by one thread; the log tells of commits on others.
 */
final class OwnerTurn {
  /** A payload of so many bytes has room for a name. */
  private static final int ROOM_FOR_NAME = 64;

  /** Records without a name join the batch in front only up to here, so that it stays in one. */
  private static final int MOST_OF_A_BATCH = 512 << 10;

  /** Well below what the log lets wait. */
  private static final long MOST_UNCOMMITTED = 32L << 20;

  /** A batch that is not known to be stable. */
  private record Pending(BatchId name, long end) {}

  /** One record to be written. */
  private record Draft(RecordKind kind, long stream, long offset, ByteBuffer payload) {}

  private final String client;
  private final HistoryRecorder history;
  private final Random random = new Random(7);

  /** Guarded by itself. */
  private final ArrayDeque<Pending> pending = new ArrayDeque<>();

  /** A look takes no longer. */
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(20);

  /** How many members had in their files what was just told committed. */
  private record Look(long position, long nanos, long holders) {}

  private final List<Look> looks = new CopyOnWriteArrayList<>();

  /** Of the members; empty unless each commit is looked at. */
  private volatile List<Path> folders = List.of();

  private final List<String> seen = new CopyOnWriteArrayList<>();
  private @Nullable OwnedLog log;
  private long sequence;
  private boolean running;
  private int runFrom;
  private int runTo;
  private long runPause;
  private int runWindow;

  OwnerTurn(String client, HistoryRecorder history) {
    this.client = client;
    this.history = history;
  }

  private OwnedLog log() {
    OwnedLog now = log;
    if (now == null) {
      throw new IllegalStateException("the log is not open");
    }
    return now;
  }

  void open(JsonNode told, ObjectNode answer) throws IOException, ConfigException {
    if (log != null) {
      throw new IllegalStateException("the log is open already");
    }
    ConfigFile file = ConfigFile.parse(Path.of(told.path("config").asText()));
    LogConfig.check(file);
    LogConfig.checkFiles(file);
    file.accept();
    synchronized (pending) {
      pending.clear(); // of an earlier turn: never known
    }
    seen.clear();
    sequence = 0;
    OwnedLog opened =
        LogPlacement.open(
            LogConfig.of(file), client, Duration.ofSeconds(told.path("patience").asLong(60)));
    opened.onStatus((status, reason) -> seen.add(status + ": " + reason));
    opened.onCommit(this::committed);
    log = opened;
    answer
        .put("epoch", opened.epoch())
        .put("position", opened.committed())
        .put("first", opened.first());
  }

  private void committed(long position) {
    long now = System.nanoTime();
    List<Path> members = folders;
    if (!members.isEmpty() && position > 0) {
      long holders = members.stream().filter(f -> MemberFiles.reach(f, position)).count();
      looks.add(new Look(position, now, holders));
    }
    synchronized (pending) {
      while (!pending.isEmpty() && pending.getFirst().end() <= position) {
        history.acknowledged(pending.removeFirst().name(), now);
      }
    }
  }

  // ---- appending ----

  void append(JsonNode told, ObjectNode answer) throws InterruptedException {
    ArrayNode written = answer.putArray("records");
    List<Draft> batch = new ArrayList<>();
    int length = 0;
    for (JsonNode wanted : told.path("records")) {
      RecordKind kind = RecordKind.valueOf(wanted.path("kind").asText("NOTED"));
      int size = wanted.path("size").asInt();
      boolean named = LogRecord.mayBeNamed(kind.code()) && size >= ROOM_FOR_NAME;
      if (named || length + size > MOST_OF_A_BATCH) {
        write(batch, written);
        length = 0;
      }
      if (!named && batch.isEmpty()) {
        batch.add(new Draft(RecordKind.NOTED, 0, 0, named(ROOM_FOR_NAME)));
      }
      batch.add(
          new Draft(
              kind,
              wanted.path("stream").asLong(),
              wanted.path("offset").asLong(),
              named ? named(size) : payload(kind, size, wanted.path("endpoint").asText())));
      length += size;
    }
    write(batch, written);
  }

  private ByteBuffer named(int size) {
    ByteBuffer payload = filled(size);
    sequence++;
    new BatchId(client, log().epoch(), sequence).write(payload);
    return payload.rewind();
  }

  private ByteBuffer payload(RecordKind kind, int size, String endpoint) {
    if (kind != RecordKind.OPENED) {
      return filled(size);
    }
    byte[] key = endpoint.getBytes(StandardCharsets.UTF_8);
    ByteBuffer payload = filled(Math.max(size, 1 + key.length));
    return payload.put((byte) key.length).put(key).rewind();
  }

  private ByteBuffer filled(int size) {
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    return ByteBuffer.wrap(bytes);
  }

  /** Writes a batch, and what the records are into the answer. */
  private void write(List<Draft> batch, @Nullable ArrayNode written) throws InterruptedException {
    if (batch.isEmpty()) {
      return;
    }
    OwnedLog to = log();
    while (to.uncommitted() > MOST_UNCOMMITTED && to.status() != Log.Status.EXPIRED) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
    List<LogRecord> records = new ArrayList<>();
    long position = to.appended();
    for (Draft draft : batch) {
      LogRecord record =
          LogRecord.of(
              position, draft.kind().code(), draft.stream(), draft.offset(), draft.payload());
      records.add(record);
      position = record.end();
    }
    BatchFolder.Whole whole = BatchFolder.of(records);
    BatchId name = Objects.requireNonNull(whole.name());
    history.invoked(name, whole.position(), whole.length(), whole.hash(), System.nanoTime());
    synchronized (pending) {
      pending.addLast(new Pending(name, position));
    }
    for (Draft draft : batch) {
      ByteBuffer payload = draft.payload();
      to.append(
          draft.kind(),
          1,
          System.currentTimeMillis() * 1000,
          draft.stream(),
          draft.offset(),
          payload,
          0,
          payload.limit());
    }
    to.flush();
    batch.clear();
    if (written != null) {
      records.forEach(record -> record.json(written.addObject()));
    }
  }

  /** Begins to append batches of random sizes, as long as few enough are not known stable. */
  void run(JsonNode told) {
    log();
    runFrom = Math.max(ROOM_FOR_NAME, told.path("from").asInt());
    runTo = Math.max(runFrom, told.path("to").asInt());
    runPause = told.path("pause").asLong();
    runWindow = told.path("window").asInt(64);
    running = true;
  }

  boolean running() {
    return running;
  }

  /** One batch, if there is room for it; gives the milliseconds to the next. */
  long appendSome() throws InterruptedException {
    boolean room;
    synchronized (pending) {
      room = pending.size() < runWindow;
    }
    if (room) {
      int size = random.nextInt(runFrom, runTo + 1);
      write(new ArrayList<>(List.of(new Draft(RecordKind.NOTED, 1, 0, named(size)))), null);
    } else {
      log().flush();
    }
    return room ? runPause : Math.max(1, runPause);
  }

  void rest(ObjectNode answer) {
    running = false;
    answer.put("appended", log().appended()).put("committed", log().committed());
  }

  void commit(JsonNode told, ObjectNode answer) throws IOException, InterruptedException {
    OwnedLog of = log();
    of.flush();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(told.path("patience").asLong(60));
    while (of.uncommitted() > 0) {
      if (System.nanoTime() - deadline > 0 || of.status() == Log.Status.EXPIRED) {
        throw new IOException(
            of.uncommitted() + " bytes are not committed; status " + of.status() + ", " + seen);
      }
      TimeUnit.MILLISECONDS.sleep(1);
      of.flush();
    }
    answer.put("committed", of.committed());
  }

  // ---- reading and asking ----

  void read(JsonNode told, ObjectNode answer) throws IOException {
    ArrayNode found = answer.putArray("records");
    BatchFolder folder = told.path("note").asBoolean() ? new BatchFolder() : null;
    try (LogReader reader = log().reader(told.path("position").asLong())) {
      long position = reader.position();
      for (LogRecord record : all(reader, position)) {
        record.json(found.addObject());
        if (folder != null) {
          note(folder.add(record));
        }
      }
    }
    if (folder != null) {
      note(folder.end());
    }
  }

  private void note(BatchFolder.@Nullable Whole whole) {
    if (whole != null && whole.name() != null) {
      history.read(
          new Read(client, whole.position(), whole.length(), whole.hash(), System.nanoTime()));
    }
  }

  void readStream(JsonNode told, ObjectNode answer) throws IOException {
    ArrayNode found = answer.putArray("records");
    try (LogReader reader =
        log().reader(told.path("stream").asLong(), told.path("offset").asLong())) {
      // Positions of what is picked out are not told: as if they stood one behind the other.
      all(reader, 0).forEach(record -> record.json(found.addObject()));
    }
  }

  private static List<LogRecord> all(LogReader reader, long from) throws IOException {
    List<LogRecord> records = new ArrayList<>();
    RecordFlyweight record = new RecordFlyweight();
    ByteBuffer chunk = ByteBuffer.allocate(256 << 10);
    long position = from;
    while (true) {
      int read = reader.read(chunk.clear());
      if (read == 0 && !reader.awaitMore()) {
        return records;
      }
      if (read < 0) {
        chunk = ByteBuffer.allocate(-read);
      }
      for (int at = 0; at < read; at += record.length()) {
        LogRecord found = LogRecord.of(position, record.wrap(chunk, at));
        records.add(found);
        position = found.end();
      }
    }
  }

  void trim(JsonNode told) {
    log().trim(told.path("position").asLong());
  }

  void status(ObjectNode answer) {
    OwnedLog of = log();
    answer
        .put("status", of.status().name())
        .put("appended", of.appended())
        .put("committed", of.committed())
        .put("first", of.first())
        .put("epoch", of.epoch());
    ArrayNode statuses = answer.putArray("seen");
    seen.forEach(statuses::add);
  }

  void statistics(ObjectNode answer) {
    LogStatistics figures = log().statistics();
    answer
        .put("bytes", figures.bytes())
        .put("records", figures.records())
        .put("p50", figures.commitP50Micros())
        .put("p99", figures.commitP99Micros());
    ArrayNode members = answer.putArray("members");
    for (LogStatistics.Member member : figures.members()) {
      members
          .addObject()
          .put("id", member.id())
          .put("address", member.address())
          .put("role", member.role())
          .put("lag", member.lag());
    }
  }

  /** Within the very call that tells of a commit, so that nothing gets there meanwhile. */
  void look(JsonNode told) {
    List<Path> wanted = new ArrayList<>();
    told.path("folders").forEach(folder -> wanted.add(Path.of(folder.asText())));
    looks.clear();
    folders = List.copyOf(wanted);
  }

  /** Waits for the look at what is committed by now, which is told a moment after it is so. */
  void looked(ObjectNode answer) {
    long begun = System.nanoTime();
    while ((looks.isEmpty() || looks.getLast().position() < log().committed())
        && System.nanoTime() - begun < LOOK_NANOS) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
    folders = List.of();
    ArrayNode found = answer.putArray("looks");
    for (Look look : looks) {
      found
          .addObject()
          .put("position", look.position())
          .put("nanos", look.nanos())
          .put("holders", look.holders());
    }
  }

  void streams(JsonNode told, ObjectNode answer) {
    Streams streams = log().streams();
    List<Streams.Stream> found;
    if (told.has("endpoint")) {
      Optional<Streams.Stream> one =
          streams.byEndpoint(told.path("endpoint").asText().getBytes(StandardCharsets.UTF_8));
      found = one.stream().toList();
    } else if (told.has("stream")) {
      found = streams.stream(told.path("stream").asLong()).stream().toList();
    } else {
      found = streams.page(told.path("after").asLong(), told.path("limit").asInt(100));
    }
    answer.put("active", streams.active());
    ArrayNode list = answer.putArray("streams");
    for (Streams.Stream stream : found) {
      list.addObject()
          .put("key", stream.key())
          .put("endpoint", new String(stream.endpoint(), StandardCharsets.UTF_8))
          .put("opened", stream.opened())
          .put("length", stream.length())
          .put("records", stream.records());
    }
  }

  void close() {
    running = false;
    OwnedLog now = log();
    log = null;
    now.close();
  }
}
