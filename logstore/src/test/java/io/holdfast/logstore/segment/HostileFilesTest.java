package io.holdfast.logstore.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.holdfast.logstore.log.OfflineLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * Bytes that nobody of us wrote, with checksums that are right where that leads further in. A
 * decoder answers with a value or a LogCorruptException, and comes to an end.
 */
@Timeout(120)
class HostileFilesTest {
  private static final String NAME = "0000000000000001.seg";
  private static final StoreOptions OPTIONS =
      StoreOptions.defaults().withSegmentBytes(4096).withPreallocate(false);

  @TempDir Path directory;

  private final Logger logger = (Logger) LoggerFactory.getLogger(SegmentStore.class);

  @BeforeEach
  void silence() {
    logger.setLevel(Level.OFF);
  }

  @AfterEach
  void listen() {
    logger.setLevel(null);
  }

  private byte[] realFile() throws IOException {
    try (SegmentStore store = SegmentStore.open(directory.resolve("real"), OPTIONS)) {
      for (int i = 0; i < 12; i++) {
        Entries.append(store, 36 + 20 * i);
        Entries.append(store, EntryKind.CONFIGURATION, i);
      }
    }
    return Files.readAllBytes(Entries.files(directory.resolve("real")).getFirst());
  }

  /** Changes bytes, lengths and the end; puts the checksums of headers right again, mostly. */
  private static byte[] mutate(byte[] file, Random random) {
    byte[] bytes = Arrays.copyOf(file, Math.max(0, file.length + random.nextInt(200) - 100));
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    for (int i = random.nextInt(4); i >= 0 && bytes.length > 8; i--) {
      int at = random.nextInt(bytes.length - 8);
      switch (random.nextInt(4)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> buffer.putInt(at, random.nextInt());
        case 2 -> buffer.putLong(at, random.nextLong() >> random.nextInt(64));
        default -> {
          int length = random.nextInt(bytes.length - at);
          System.arraycopy(bytes, random.nextInt(bytes.length - length), bytes, at, length);
        }
      }
    }
    if (random.nextInt(4) > 0 && bytes.length > SegmentHeader.LENGTH) {
      CRC32C crc = new CRC32C();
      buffer.putInt(52, EntryHeader.crcOf(buffer, 0, 52, crc));
      int at = SegmentHeader.LENGTH;
      while (at >= 0 && at + EntryHeader.LENGTH <= bytes.length) {
        buffer.putInt(at + 40, EntryHeader.crcOf(buffer, at, 40, crc));
        int length = buffer.getInt(at + EntryHeader.LENGTH_OFFSET);
        if (length < 0 || length > bytes.length) {
          break;
        }
        at += EntryHeader.LENGTH + length;
      }
    }
    return bytes;
  }

  @Test
  void theScannerAnswersWhateverTheBytesAre() throws Exception {
    byte[] real = realFile();
    Random random = new Random(21);
    long entries = 0;
    for (int round = 0; round < 60_000; round++) {
      byte[] bytes;
      if (round % 8 == 0) {
        bytes = new byte[random.nextInt(300)];
        random.nextBytes(bytes);
      } else {
        bytes = mutate(real, random);
      }
      entries += SegmentBytes.scan(bytes);
    }
    assertThat(entries).as("entries found").isGreaterThan(30_000);
  }

  @Test
  void theRecordDecoderAnswersWhateverTheBytesAre() {
    Random random = new Random(22);
    ByteBuffer real = Entries.records(1, 40, 200, 36, 77);
    int whole = 0;
    for (int round = 0; round < 60_000; round++) {
      byte[] bytes = Arrays.copyOf(real.array(), random.nextInt(real.capacity() + 50));
      for (int i = random.nextInt(3); i > 0 && bytes.length > 4; i--) {
        ByteBuffer.wrap(bytes)
            .putInt(random.nextInt(bytes.length - 3), random.nextInt() >> random.nextInt(32));
      }
      int damage = RecordBatch.damageIn(ByteBuffer.wrap(bytes));
      assertThat(damage).isBetween(-1, bytes.length);
      whole += damage < 0 ? 1 : 0;
    }
    assertThat(whole).isPositive();
  }

  @Test
  void storesAndReadersOpenOrRefuseMutatedFiles() throws Exception {
    byte[] real = realFile();
    Random random = new Random(23);
    for (int round = 0; round < 400; round++) {
      Path member = directory.resolve("member");
      Path segments = Files.createDirectories(SegmentFiles.segmentsIn(member));
      Files.write(segments.resolve(NAME), mutate(real, random));
      if (random.nextBoolean()) {
        Files.write(segments.resolve("000000000000000d.seg"), mutate(real, random));
      }
      assertThatCode(() -> useOffline(member)).as("round " + round).satisfies(this::allowed);
      assertThatCode(() -> use(member)).as("round " + round).satisfies(this::allowed);
      SegmentFiles.deleteFolder(Disk.real(), segments);
    }
  }

  private void allowed(Throwable thrown) {
    if (thrown != null) {
      assertThat(thrown).isInstanceOf(LogCorruptException.class);
    }
  }

  private static void use(Path member) throws IOException {
    try (SegmentStore store = SegmentStore.open(member, OPTIONS)) {
      for (long index = store.firstIndex(); index <= store.lastIndex(); index++) {
        store.entry(index);
      }
      Entries.append(store, 100);
      try (LogReader reader = store.reader(store.firstPosition(), store::position)) {
        ByteBuffer into = ByteBuffer.allocate(4096);
        while (reader.read(into.clear()) > 0) {
          // to the end
        }
      }
      store.verify(line -> {});
    }
  }

  private static void useOffline(Path member) throws IOException {
    try (OfflineLog log = OfflineLog.open(member)) {
      while (log.next()) {
        log.record();
      }
    }
  }
}
