package io.holdfast.lab.log.crash;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A bit of a file that is not as it was written, until this is closed.
 *
 * @param at the byte, from 0
 * @param bit of it, 0 to 7
 */
record FlippedBit(Path file, long at, int bit) implements Closeable {
  /** Bytes in front of a segment file's first entry. */
  static final int SEGMENT_HEADER = 64;

  /** Bytes in front of an entry's payload. */
  static final int ENTRY_HEADER = 44;

  /** Flips it. */
  static FlippedBit flip(Path file, long at, int bit) throws IOException {
    FlippedBit flipped = new FlippedBit(file, at, bit);
    flipped.turn();
    return flipped;
  }

  private void turn() throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.seek(at);
      int was = open.read();
      open.seek(at);
      open.write(was ^ 1 << bit);
    }
  }

  @Override
  public void close() throws IOException {
    turn();
  }

  /** All files in a folder and below it, by name. */
  static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).sorted().toList();
    }
  }
}
