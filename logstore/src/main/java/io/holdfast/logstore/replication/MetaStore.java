package io.holdfast.logstore.replication;

import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.option.RaftMetaStorageOptions;
import com.alipay.sofa.jraft.storage.RaftMetaStorage;
import io.holdfast.logstore.segment.LogCorruptException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Term and vote of a member, in a file of their own with a checksum: what Raft must never forget.
 * Each change is written beside, synced, and renamed over the old one; synced even where the log is
 * not, for a vote that is cast twice can elect two leaders.
 *
 * <pre>  magic "HFMETA01" (8) | term (8) | length of the vote (4) | vote | CRC32C of all before (4)
 * </pre>
 *
 * Owned by the engine, which calls it under its own lock.
 */
final class MetaStore implements RaftMetaStorage {
  private static final Logger LOG = LoggerFactory.getLogger(MetaStore.class);
  private static final long MAGIC = 0x4846_4d45_5441_3031L;
  private static final int HEAD = 20;
  private static final int LONGEST = 512;

  private final Path file;
  private final boolean alone;
  private long term;
  private PeerId votedFor = PeerId.emptyPeer();

  /**
   * Reads the file, if there is one.
   *
   * @param alone the member votes for nobody else: nothing need be synced
   * @throws LogCorruptException if it is not whole: then nobody knows how the member has voted
   */
  MetaStore(Path file, boolean alone) throws IOException {
    this.file = file;
    this.alone = alone;
    Files.createDirectories(file.getParent());
    if (Files.exists(file)) {
      read();
    }
  }

  private void read() throws IOException {
    byte[] bytes = Files.size(file) > LONGEST ? new byte[0] : Files.readAllBytes(file);
    ByteBuffer in = ByteBuffer.wrap(bytes);
    int rest = bytes.length - HEAD - 4;
    if (rest < 0 || in.getLong(0) != MAGIC || in.getInt(16) != rest) {
      throw new LogCorruptException(file, 0, "not the term and vote of a member");
    }
    if (in.getInt(HEAD + rest) != crc(bytes, HEAD + rest)) {
      throw new LogCorruptException(file, HEAD + rest, "a checksum that does not match");
    }
    term = in.getLong(8);
    votedFor = PeerId.emptyPeer();
    if (rest > 0 && !votedFor.parse(new String(bytes, HEAD, rest, StandardCharsets.UTF_8))) {
      throw new LogCorruptException(file, HEAD, "a vote for nobody");
    }
  }

  private static int crc(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }

  /** Whether a term was ever written here. */
  static boolean exists(Path file) {
    return Files.exists(file);
  }

  private boolean save() {
    byte[] vote =
        votedFor.isEmpty() ? new byte[0] : votedFor.toString().getBytes(StandardCharsets.UTF_8);
    byte[] bytes = new byte[HEAD + vote.length + 4];
    ByteBuffer.wrap(bytes).putLong(MAGIC).putLong(term).putInt(vote.length).put(vote);
    ByteBuffer.wrap(bytes).putInt(HEAD + vote.length, crc(bytes, HEAD + vote.length));
    try {
      replace(file, bytes, !alone);
      return true;
    } catch (IOException e) {
      LOG.error("cannot write the term and vote to {}: {}", file, e.getMessage());
      return false;
    }
  }

  /** Replaces a small file as a whole. */
  static void replace(Path file, byte[] bytes, boolean sync) throws IOException {
    Path beside = file.resolveSibling(file.getFileName() + ".new");
    try (FileChannel out =
        FileChannel.open(
            beside,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        out.write(buffer);
      }
      if (sync) {
        out.force(true);
      }
    }
    Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    if (sync) {
      try (FileChannel folder = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
        folder.force(true);
      }
    }
  }

  @Override
  public boolean init(RaftMetaStorageOptions options) {
    return true;
  }

  @Override
  public void shutdown() {
    // every change is on the disk already
  }

  @Override
  public boolean setTerm(long value) {
    term = value;
    return save();
  }

  @Override
  public long getTerm() {
    return term;
  }

  @Override
  public boolean setVotedFor(PeerId peer) {
    votedFor = peer.copy();
    return save();
  }

  @Override
  public PeerId getVotedFor() {
    return votedFor;
  }

  @Override
  public boolean setTermAndVotedFor(long value, PeerId peer) {
    term = value;
    votedFor = peer.copy();
    return save();
  }
}
