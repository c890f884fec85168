package io.holdfast.logstore.segment;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.holdfast.logstore.FuzzSeeds;
import io.holdfast.logstore.segment.SegmentStore.Entry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/**
 * Any bytes as the only segment of a store: it opens with the entries that a plain reading of the
 * format finds, or is refused with file and byte. CONTRIBUTING says how to let Jazzer look for
 * more.
 */
class SegmentFuzzTest {
  private static final Path FOLDER = Path.of("/log");
  private static final Path FILE = SegmentFiles.fileIn(SegmentFiles.segmentsIn(FOLDER), 1);
  private static final StoreOptions OPTIONS =
      StoreOptions.defaults().withSegmentBytes(4096).withPreallocate(false);
  private static final int SALT = 0x5a17;

  /** Bytes of one step of {@link #damage}. */
  private static final int STEP = 6;

  private static final Logger LOGGER = (Logger) LoggerFactory.getLogger(SegmentStore.class);

  @BeforeAll
  static void silence() {
    LOGGER.setLevel(Level.OFF);
  }

  @AfterAll
  static void listen() {
    LOGGER.setLevel(null);
  }

  static List<Path> fileSeeds() throws IOException {
    return FuzzSeeds.of(SegmentFuzzTest.class, "files");
  }

  static List<Path> damageSeeds() throws IOException {
    return FuzzSeeds.of(SegmentFuzzTest.class, "damage");
  }

  @ParameterizedTest
  @MethodSource("fileSeeds")
  void takesItsSeedsOfFiles(Path seed) throws Exception {
    files(Files.readAllBytes(seed));
  }

  @ParameterizedTest
  @MethodSource("damageSeeds")
  void takesItsSeedsOfDamage(Path seed) throws Exception {
    damage(Files.readAllBytes(seed));
  }

  /**
   * Of the first byte, bit 0 says whether checksums are put right, so that what follows them is
   * looked at too, and bit 1 whether the store is synced. The rest is the file.
   */
  @FuzzTest(maxDuration = "60s")
  void files(byte[] data) throws IOException {
    if (data.length == 0) {
      return;
    }
    byte[] file = Arrays.copyOfRange(data, 1, data.length);
    if ((data[0] & 1) != 0) {
      seal(file);
    }
    assertThat(SegmentBytes.scan(file)).isLessThanOrEqualTo(entriesIn(file).size());
    List<Entry> found = open(file, (data[0] & 2) != 0);
    if (found != null) {
      assertThat(found).isEqualTo(entriesIn(file));
    }
  }

  /**
   * Steps of six bytes, each of which harms a file that was written well: what to do, where, how
   * far. What opens has of the entries that were written those up to the harm, and no other.
   */
  @FuzzTest(maxDuration = "60s")
  void damage(byte[] data) throws IOException {
    List<Entry> written = entriesIn(wellWritten());
    byte[] file = wellWritten();
    ByteBuffer steps = ByteBuffer.wrap(data);
    while (steps.remaining() >= STEP) {
      file = harm(file, steps);
    }
    List<Entry> found = open(file, false);
    if (found != null) {
      assertThat(found.size()).isLessThanOrEqualTo(written.size());
      assertThat(found).isEqualTo(written.subList(0, found.size()));
    }
  }

  private static byte[] harm(byte[] file, ByteBuffer steps) {
    int what = steps.get() & 3;
    int bit = steps.get() & 7;
    int at = (steps.getShort() & 0xffff) % (file.length + 1);
    int length = Math.min(steps.getShort() & 0xffff, file.length - at);
    switch (what) {
      case 0 -> {
        return Arrays.copyOf(file, at);
      }
      case 1 -> {
        if (at < file.length) {
          file[at] ^= (byte) (1 << bit);
        }
      }
      case 2 -> Arrays.fill(file, at, at + length, (byte) 0);
      default ->
          System.arraycopy(file, at, file, (at * (bit + 1)) % (file.length - length + 1), length);
    }
    return file;
  }

  /** What a store finds in it, reads of it and goes on with; null if it is refused. */
  private static @Nullable List<Entry> open(byte[] file, boolean sync) throws IOException {
    SimulatedDisk disk = new SimulatedDisk(1);
    disk.makeFolder(FOLDER);
    disk.makeFolder(SegmentFiles.segmentsIn(FOLDER));
    try (DiskFile made = disk.create(FILE)) {
      made.write(ByteBuffer.wrap(file), 0);
    }
    try (SegmentStore store = SegmentStore.open(FOLDER, OPTIONS.withSync(sync), disk)) {
      List<Entry> entries = new ArrayList<>();
      for (long index = store.firstIndex(); index <= store.lastIndex(); index++) {
        entries.add(store.entry(index));
      }
      read(store, entries);
      if (store.position() < EntryHeader.LIMIT) {
        Entry added = Entries.append(store, 100);
        assertThat(store.entry(added.index())).isEqualTo(added);
      }
      return entries;
    } catch (LogCorruptException e) {
      assertThat(e.file()).isEqualTo(FILE);
      assertThat(e.offset()).isBetween(0L, (long) file.length);
      return null;
    }
  }

  /** A reader gives the records of these entries, and stops at the first that is none. */
  private static void read(SegmentStore store, List<Entry> entries) throws IOException {
    ByteBuffer all = ByteBuffer.allocate((int) (store.position() - store.firstPosition()));
    entries.stream()
        .filter(entry -> entry.kind() == EntryKind.RECORDS)
        .forEach(entry -> all.put(entry.payload().duplicate()));
    ByteBuffer into = ByteBuffer.allocate(all.capacity());
    try (LogReader reader = store.reader(store.firstPosition(), store::position)) {
      while (into.hasRemaining() && reader.read(into) > 0) {
        // to the end
      }
      assertThat(into.hasRemaining()).isFalse();
    } catch (LogCorruptException e) {
      assertThat(e.file()).isEqualTo(FILE);
    }
    assertThat(into.flip()).isEqualTo(all.slice(0, into.limit()));
  }

  /** A file of whole entries, all of them marked as written. */
  private static byte[] wellWritten() {
    List<ByteBuffer> payloads =
        List.of(
            ByteBuffer.allocate(0),
            Entries.records(1, 40, 36),
            ByteBuffer.allocate(9),
            Entries.records(3, 100),
            Entries.records(4, 36, 36, 36));
    List<EntryKind> kinds =
        List.of(
            EntryKind.NO_OP,
            EntryKind.RECORDS,
            EntryKind.CONFIGURATION,
            EntryKind.RECORDS,
            EntryKind.RECORDS);
    ByteBuffer file = ByteBuffer.allocate(1024);
    file.position(SegmentHeader.LENGTH);
    CRC32C crc = new CRC32C();
    long position = 0;
    for (int i = 0; i < payloads.size(); i++) {
      ByteBuffer payload = payloads.get(i);
      int length = payload.limit();
      int at = file.position();
      int payloadCrc = EntryHeader.crcOf(payload, 0, length, crc);
      EntryHeader.encode(
          file, at, SALT, length, i + 1, 1 + i / 3, position, kinds.get(i), payloadCrc, crc);
      file.position(at + EntryHeader.LENGTH).put(payload.duplicate());
      position += kinds.get(i) == EntryKind.RECORDS ? length : 0;
    }
    int end = file.position();
    file.put(
        0,
        new SegmentHeader(SALT, 1, 0, new UUID(1, 2), false).encode(end),
        0,
        SegmentHeader.LENGTH);
    return Arrays.copyOf(file.array(), end);
  }

  /** The format as its table states it, read once more and in another way. */
  private static List<Entry> entriesIn(byte[] file) {
    ByteBuffer in = ByteBuffer.wrap(file);
    List<Entry> entries = new ArrayList<>();
    if (file.length < 64) {
      return entries;
    }
    int salt = in.getInt(12);
    long index = in.getLong(16);
    long position = in.getLong(24);
    for (int at = 64; file.length - at >= 44; ) {
      int length = in.getInt(at + 4);
      EntryKind kind = EntryKind.of(in.get(at + 32) & 0xff);
      boolean whole =
          in.getInt(at) == salt
              && length >= 0
              && length <= file.length - at - 44
              && in.getLong(at + 8) == index
              && in.getLong(at + 16) >= 0
              && in.getLong(at + 24) == position
              && position < 1L << 62
              && kind != null
              && in.get(at + 33) == 1
              && in.getInt(at + 36) == crc(in, at + 44, length)
              && in.getInt(at + 40) == crc(in, at, 40);
      if (!whole) {
        break;
      }
      Entry entry =
          new Entry(index++, in.getLong(at + 16), kind, position, in.slice(at + 44, length));
      entries.add(entry);
      position = entry.end();
      at += 44 + length;
    }
    return entries;
  }

  private static int crc(ByteBuffer in, int at, int length) {
    CRC32C crc = new CRC32C();
    crc.update(in.slice(at, length));
    return (int) crc.getValue();
  }

  /** Puts checksums right, as far as lengths lead. */
  private static void seal(byte[] file) {
    ByteBuffer bytes = ByteBuffer.wrap(file);
    if (file.length < 64) {
      return;
    }
    bytes.putInt(52, crc(bytes, 0, 52)).putInt(60, ~bytes.getInt(56));
    for (int at = 64; file.length - at >= 44; ) {
      int length = bytes.getInt(at + 4);
      boolean whole = length >= 0 && length <= file.length - at - 44;
      if (whole) {
        bytes.putInt(at + 36, crc(bytes, at + 44, length));
      }
      bytes.putInt(at + 40, crc(bytes, at, 40));
      if (!whole) {
        break;
      }
      at += 44 + length;
    }
  }
}
