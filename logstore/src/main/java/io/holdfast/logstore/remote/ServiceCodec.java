package io.holdfast.logstore.remote;

import io.holdfast.logstore.log.Log;
import io.holdfast.logstore.log.LogBackend;
import io.holdfast.logstore.log.LogStatistics;
import io.holdfast.logstore.log.Streams;
import io.holdfast.logstore.record.RecordFlyweight;
import io.holdfast.logstore.remote.BadMessageException.Fault;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Bodies of the service's frames, version 1. The layout of each is in docs/log.md. Decoding never
 * throws anything but {@link BadMessageException}, and allocates no more than was received.
 */
final class ServiceCodec {
  /** Stands in OPEN and RESUME; a member refuses a version that it does not know. */
  static final int VERSION = 1;

  /** The most that one READ asks for, in bytes. */
  static final int MOST_READ = 4 << 20;

  /** The longest that a WATCH waits. */
  static final int LONGEST_WAIT_MILLIS = 60_000;

  static final int MOST_STREAMS = 10_000;
  private static final int LONGEST_OWNER = 255;
  private static final int LONGEST_TEXT = 1_024;
  private static final int MOST_MEMBERS = 255;

  private static final int PAGE = 1;
  private static final int BY_ENDPOINT = 2;
  private static final int BY_KEY = 3;
  private static final int OK = 0;

  private ServiceCodec() {}

  /** The body of a request. A batch is not copied: it must not change until it is sent. */
  static ByteBuf encode(Request request) {
    ByteBuf body = Unpooled.buffer(64);
    switch (request) {
      case Request.Open open -> {
        body.writeByte(VERSION).writeLong(open.instance()).writeLong(open.attempt());
        body.writeLong(open.resume());
        text(body, open.owner(), LONGEST_OWNER);
      }
      case Request.Append append -> {
        body.writeLong(append.epoch()).writeLong(append.position());
        return Unpooled.wrappedBuffer(
            body, Unpooled.wrappedBuffer(append.batch(), LogBackend.PREFIX, append.length()));
      }
      case Request.Read read -> body.writeLong(read.position()).writeInt(read.most());
      case Request.Trim trim -> body.writeLong(trim.epoch()).writeLong(trim.position());
      case Request.StreamPage page ->
          body.writeByte(PAGE).writeLong(page.after()).writeInt(page.limit());
      case Request.StreamByEndpoint by -> {
        body.writeByte(BY_ENDPOINT).writeByte(by.endpoint().length).writeBytes(by.endpoint());
      }
      case Request.StreamByKey by -> body.writeByte(BY_KEY).writeLong(by.key());
      case Request.Statistics _ -> {}
      case Request.Watch watch ->
          body.writeLong(watch.epoch())
              .writeLong(watch.known())
              .writeLong(watch.beyond())
              .writeInt(watch.waitMillis());
    }
    return body;
  }

  /** Reads a request; the body's index moves. */
  static Request request(int code, ByteBuf body) throws BadMessageException {
    MessageType type = MessageType.of(code);
    if (type == null) {
      throw new BadMessageException(Fault.UNKNOWN, "no request has type " + code);
    }
    if (body.readableBytes() > type.longestRequest()) {
      throw new BadMessageException(
          Fault.TOO_LONG, type + " of " + body.readableBytes() + " bytes");
    }
    MessageReader in = new MessageReader(body);
    Request request =
        switch (type) {
          case OPEN, RESUME -> open(type, in);
          case APPEND -> append(in);
          case READ -> new Request.Read(in.natural("position"), in.number("size", 1, MOST_READ));
          case TRIM -> new Request.Trim(in.natural("epoch"), in.natural("position"));
          case STREAMS -> streams(in);
          case STATISTICS -> new Request.Statistics();
          case WATCH ->
              new Request.Watch(
                  in.natural("epoch"),
                  in.u64(),
                  in.natural("position"),
                  in.number("wait", 0, LONGEST_WAIT_MILLIS));
        };
    in.end();
    return request;
  }

  private static Request open(MessageType type, MessageReader in) throws BadMessageException {
    int version = in.u8();
    if (version != VERSION) {
      throw new BadMessageException(
          Fault.UNKNOWN, "version " + version + " of the service; this build speaks " + VERSION);
    }
    Request.Open open =
        new Request.Open(in.u64(), in.natural("attempt"), in.natural("epoch"), in.text(63 * 4));
    if (open.type() != type || open.owner().length() > 63) {
      throw new BadMessageException(Fault.VALUE, type + " of epoch " + open.resume());
    }
    return open;
  }

  private static Request append(MessageReader in) throws BadMessageException {
    long epoch = in.natural("epoch");
    long position = in.natural("position");
    int length = in.remaining();
    if (length < RecordFlyweight.HEADER_LENGTH || length > RecordFlyweight.MAX_LENGTH) {
      throw new BadMessageException(Fault.VALUE, "a batch of " + length + " bytes");
    }
    byte[] batch = in.rest(LogBackend.PREFIX);
    RecordRun.check(batch, LogBackend.PREFIX, length);
    return new Request.Append(epoch, position, batch, length);
  }

  private static Request streams(MessageReader in) throws BadMessageException {
    int question = in.u8();
    return switch (question) {
      case PAGE -> new Request.StreamPage(in.u64(), in.number("limit", 0, MOST_STREAMS));
      case BY_ENDPOINT -> new Request.StreamByEndpoint(in.shortBytes());
      case BY_KEY -> new Request.StreamByKey(in.u64());
      default -> throw new BadMessageException(Fault.UNKNOWN, "question " + question);
    };
  }

  /** The body of an answer. Records are not copied: they must not change until they are sent. */
  static ByteBuf encode(Answer answer) {
    ByteBuf body = Unpooled.buffer(64);
    if (answer instanceof Answer.Failure failure) {
      body.writeByte(failure.reason().code()).writeLong(failure.value());
      text(body, failure.text(), LONGEST_TEXT);
      return body;
    }
    body.writeByte(OK);
    switch (answer) {
      case Answer.Granted granted ->
          body.writeLong(granted.epoch()).writeLong(granted.first()).writeLong(granted.position());
      case Answer.Appended appended -> body.writeLong(appended.position());
      case Answer.Records found -> {
        body.writeLong(found.position()).writeLong(found.committed()).writeLong(found.first());
        return Unpooled.wrappedBuffer(
            body, Unpooled.wrappedBuffer(found.records(), 0, found.length()));
      }
      case Answer.Trimmed trimmed -> body.writeLong(trimmed.first());
      case Answer.StreamsFound found -> {
        body.writeInt(found.active()).writeInt(found.found().size());
        found.found().forEach(stream -> stream(body, stream));
      }
      case Answer.Figures figures -> figures(body, figures.statistics());
      case Answer.Watched watched -> {
        body.writeLong(watched.state()).writeLong(watched.committed()).writeLong(watched.first());
        body.writeByte(code(watched.status()));
        text(body, watched.reason(), LONGEST_TEXT);
        text(body, watched.leader(), LONGEST_TEXT);
      }
      case Answer.Failure _ -> throw new AssertionError("above");
    }
    return body;
  }

  private static void stream(ByteBuf body, Streams.Stream stream) {
    body.writeLong(stream.key()).writeByte(stream.endpoint().length).writeBytes(stream.endpoint());
    body.writeLong(stream.opened()).writeLong(stream.length()).writeLong(stream.records());
    body.writeLong(stream.firstMicros()).writeLong(stream.lastMicros());
  }

  private static void figures(ByteBuf body, LogStatistics figures) {
    body.writeLong(figures.bytes()).writeLong(figures.records());
    body.writeLong(figures.commitP50Micros()).writeLong(figures.commitP99Micros());
    body.writeInt(figures.members().size());
    for (LogStatistics.Member member : figures.members()) {
      text(body, member.id(), LONGEST_TEXT);
      text(body, member.address(), LONGEST_TEXT);
      text(body, member.role(), LONGEST_TEXT);
      body.writeLong(member.lag());
    }
  }

  /** Reads the answer to a request of this type; the body's index moves. */
  static Answer answer(MessageType type, ByteBuf body) throws BadMessageException {
    MessageReader in = new MessageReader(body);
    int outcome = in.u8();
    Answer answer = outcome == OK ? success(type, in) : failure(outcome, in);
    in.end();
    return answer;
  }

  private static Answer success(MessageType type, MessageReader in) throws BadMessageException {
    return switch (type) {
      case OPEN, RESUME ->
          new Answer.Granted(in.natural("epoch"), in.natural("first"), in.natural("position"));
      case APPEND -> new Answer.Appended(in.natural("position"));
      case READ -> records(in);
      case TRIM -> new Answer.Trimmed(in.natural("first"));
      case STREAMS -> streamsFound(in);
      case STATISTICS -> figures(in);
      case WATCH ->
          new Answer.Watched(
              in.u64(),
              in.natural("committed"),
              in.natural("first"),
              status(in.u8()),
              in.text(LONGEST_TEXT),
              in.text(LONGEST_TEXT));
    };
  }

  private static Answer records(MessageReader in) throws BadMessageException {
    long position = in.natural("position");
    long committed = in.natural("committed");
    long first = in.natural("first");
    byte[] records = in.rest(0);
    RecordRun.check(records, 0, records.length);
    return new Answer.Records(position, committed, first, records, records.length);
  }

  private static Answer streamsFound(MessageReader in) throws BadMessageException {
    int active = in.number("count", 0, Integer.MAX_VALUE);
    int count = in.number("count", 0, MOST_STREAMS);
    List<Streams.Stream> found = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      found.add(
          new Streams.Stream(
              in.u64(),
              in.shortBytes(),
              in.natural("position"),
              in.natural("length"),
              in.natural("records"),
              in.u64(),
              in.u64()));
    }
    return new Answer.StreamsFound(active, found);
  }

  private static Answer figures(MessageReader in) throws BadMessageException {
    long bytes = in.natural("bytes");
    long records = in.natural("records");
    long p50 = in.natural("time");
    long p99 = in.natural("time");
    int count = in.number("members", 0, MOST_MEMBERS);
    List<LogStatistics.Member> members = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      members.add(
          new LogStatistics.Member(
              in.text(LONGEST_TEXT), in.text(LONGEST_TEXT), in.text(LONGEST_TEXT), in.u64()));
    }
    return new Answer.Figures(new LogStatistics(bytes, records, p50, p99, members));
  }

  private static Answer failure(int outcome, MessageReader in) throws BadMessageException {
    for (Answer.Reason reason : Answer.Reason.values()) {
      if (reason.code() == outcome) {
        return new Answer.Failure(reason, in.u64(), in.text(LONGEST_TEXT));
      }
    }
    throw new BadMessageException(Fault.UNKNOWN, "outcome " + outcome);
  }

  private static int code(Log.Status status) {
    return switch (status) {
      case OK -> 0;
      case LOW_SPACE -> 1;
      case FAILED -> 2;
      case EXPIRED -> 3;
      case OTHER_ERROR -> 4;
    };
  }

  private static Log.Status status(int code) throws BadMessageException {
    return switch (code) {
      case 0 -> Log.Status.OK;
      case 1 -> Log.Status.LOW_SPACE;
      case 2 -> Log.Status.FAILED;
      case 3 -> Log.Status.EXPIRED;
      case 4 -> Log.Status.OTHER_ERROR;
      default -> throw new BadMessageException(Fault.UNKNOWN, "status " + code);
    };
  }

  /** Two bytes with the length in UTF-8, then it; what is too long is cut. */
  private static void text(ByteBuf body, String text, int longest) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int length = Math.min(bytes.length, longest);
    body.writeShort(length).writeBytes(bytes, 0, length);
  }
}
