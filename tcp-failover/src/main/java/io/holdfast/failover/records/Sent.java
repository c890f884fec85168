package io.holdfast.failover.records;

import io.holdfast.logstore.record.RecordFlyweight;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * SENT: whole application messages of ours, for one connection or many (logged once). Envelope:
 * stream and offset of the first target. For tests and tools; the data path uses {@link
 * SentFlyweight}, whose layout this is.
 *
 * @param epoch the attach epoch of the speaker that wrote it (or of the last one, if STAND_IN)
 * @param sequence the speaker's own number within the epoch, from 1; 0 if STAND_IN
 * @param last it ends the dialogue: nothing is sent behind it, and it disarms
 * @param standIn written by the stand-in, not by a speaker
 * @param targets at least one
 * @param bytes the messages
 */
@SuppressWarnings("ArrayRecordComponent") // compared by content, copied on the way in
public record Sent(
    long epoch, long sequence, boolean last, boolean standIn, List<Target> targets, byte[] bytes) {

  /** A connection and the offset in our stream towards it of the first byte. */
  public record Target(long connection, long offset) {}

  public Sent {
    if (targets.isEmpty() || targets.size() > SentFlyweight.MAX_TARGETS) {
      throw new IllegalArgumentException(targets.size() + " targets");
    }
    targets = List.copyOf(targets);
    bytes = bytes.clone();
  }

  /** Writes the payload at {@code at}; returns its length in bytes. */
  public int encode(ByteBuffer into, int at) {
    SentFlyweight sent = new SentFlyweight();
    sent.header(into, at, epoch, sequence, last, standIn, targets.size());
    for (int i = 0; i < targets.size(); i++) {
      sent.target(i, targets.get(i).connection(), targets.get(i).offset());
    }
    into.put(sent.bytesIndex(), bytes);
    return SentFlyweight.headerLength(targets.size()) + bytes.length;
  }

  public static Sent decode(RecordFlyweight record, long position) {
    SentFlyweight sent = new SentFlyweight().wrap(record, position);
    List<Target> targets = new ArrayList<>();
    for (int i = 0; i < sent.count(); i++) {
      targets.add(new Target(sent.connection(i), sent.offset(i)));
    }
    byte[] bytes = new byte[sent.bytesLength()];
    sent.buffer().get(sent.bytesIndex(), bytes);
    return new Sent(sent.epoch(), sent.sequence(), sent.last(), sent.standIn(), targets, bytes);
  }

  @Override
  public byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Sent that
        && epoch == that.epoch
        && sequence == that.sequence
        && last == that.last
        && standIn == that.standIn
        && targets.equals(that.targets)
        && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(epoch * 31 + sequence) * 31 + Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return "Sent[epoch=%d, sequence=%d, last=%s, standIn=%s, targets=%s, %d bytes]"
        .formatted(epoch, sequence, last, standIn, targets, bytes.length);
  }
}
