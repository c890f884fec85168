package io.holdfast.logstore.rpc;

import com.alipay.sofa.jraft.util.ByteBufferCollector;
import com.alipay.sofa.jraft.util.Utils;

/**
 * What JRaft and protobuf read from system properties, each once, when a class of theirs is loaded:
 * so whoever uses JRaft first sets them. Thread-safe.
 */
public final class RaftProperties {
  /** Bytes of entries in one request at most, and of one piece of a file of a snapshot. */
  public static final int PIECE_BYTES = 512 << 10;

  private RaftProperties() {}

  /** Sets them, whatever they were. */
  public static void set() {
    // JRaft's generated code is older than protobuf's cure of CVE-2022-3171, and protobuf says so
    // once for each class. What the attack consists of is refused before it is parsed.
    System.setProperty("com.google.protobuf.use_unsafe_pre22_gencode", "");
    // It would keep the buffers of its requests, a megabyte each and thousands of them, for use
    // again: a heap of 128 MB is full of them after two gigabytes. And it would write into one that
    // is still to be sent, for a frame holds the buffer itself.
    System.setProperty("jraft.recyclers.maxCapacityPerThread", "0");
    // It reads the files of a snapshot in steps of so much, into a buffer that it copies at each
    // step: with its own 1,024 bytes, sending 400 MB makes 120 GB of garbage.
    System.setProperty("jraft.byte_buf.size", Integer.toString(PIECE_BYTES));
  }

  /**
   * Before anything is sent: a buffer that is used again would be a follower's damage.
   *
   * @throws IllegalStateException if JRaft was loaded before they were set
   */
  static void check() {
    if (ByteBufferCollector.allocateByRecyclers(1).recycle()) {
      throw new IllegalStateException("JRaft was used before it was told not to recycle buffers");
    }
    if (Utils.RAFT_DATA_BUF_SIZE != PIECE_BYTES) {
      throw new IllegalStateException(
          "JRaft was used before it was told to read pieces of " + PIECE_BYTES + " bytes");
    }
  }
}
