package io.holdfast.logstore.replication;

import io.holdfast.logstore.segment.LogCorruptException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * The file of a snapshot that holds what is not in the segment files: magic "HFSTATE1" (8), CRC32C
 * of all that follows (4), then the fields in this order (8 bytes each; the name as modified UTF-8
 * with its length), then the open streams.
 *
 * @param position behind the last record
 * @param trimPosition before it nothing is wanted
 * @param ownerEpoch of the present owner, 0 for none
 * @param ownerName its name
 * @param index of the last entry in it
 * @param term of that entry
 */
record SnapshotState(
    long position, long trimPosition, long ownerEpoch, String ownerName, long index, long term) {
  static final String FILE = "state";
  private static final long MAGIC = 0x4846_5354_4154_4531L;
  private static final int HEAD = 12;

  void save(Path folder, StreamTable streams) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeLong(position);
    out.writeLong(trimPosition);
    out.writeLong(ownerEpoch);
    out.writeUTF(ownerName);
    out.writeLong(index);
    out.writeLong(term);
    streams.save(out);
    byte[] body = bytes.toByteArray();
    ByteBuffer file = ByteBuffer.allocate(HEAD + body.length);
    file.putLong(MAGIC).putInt(crc(body, 0)).put(body);
    Files.write(folder.resolve(FILE), file.array());
  }

  static SnapshotState load(Path folder, StreamTable streams) throws IOException {
    Path file = folder.resolve(FILE);
    byte[] bytes = Files.readAllBytes(file);
    if (bytes.length < HEAD || ByteBuffer.wrap(bytes).getLong(0) != MAGIC) {
      throw new LogCorruptException(file, 0, "no state of a log");
    }
    if (ByteBuffer.wrap(bytes).getInt(8) != crc(bytes, HEAD)) {
      throw new LogCorruptException(file, 8, "a checksum that does not match");
    }
    DataInputStream in =
        new DataInputStream(new ByteArrayInputStream(bytes, HEAD, bytes.length - HEAD));
    try {
      SnapshotState state =
          new SnapshotState(
              in.readLong(),
              in.readLong(),
              in.readLong(),
              in.readUTF(),
              in.readLong(),
              in.readLong());
      streams.load(in);
      return state;
    } catch (EOFException e) {
      throw new LogCorruptException(file, bytes.length, "fewer bytes than it claims to have");
    }
  }

  private static int crc(byte[] bytes, int from) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, bytes.length - from);
    return (int) crc.getValue();
  }
}
