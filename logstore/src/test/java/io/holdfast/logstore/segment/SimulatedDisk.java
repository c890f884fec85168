package io.holdfast.logstore.segment;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;

/**
 * A disk in memory that knows what was forced, and loses its power when it is told to. What was not
 * forced is then there or not, sector by sector (512 bytes), in any order; the system may also have
 * written back any of it earlier. Names are journaled: of the changes that were not forced, a
 * beginning is there. All chance is one seed's.
 */
final class SimulatedDisk implements Disk {
  private static final int SECTOR = 512;

  /** A file: what programs see, and what is on the medium. */
  private static final class Node {
    byte[] bytes = new byte[0];
    byte[] medium = new byte[0];
    final BitSet dirty = new BitSet();

    void write(ByteBuffer from, int at) {
      int end = at + from.remaining();
      if (end > bytes.length) {
        bytes = Arrays.copyOf(bytes, end);
      }
      from.get(bytes, at, end - at);
      dirty.set(at / SECTOR, (end + SECTOR - 1) / SECTOR);
    }

    void force() {
      medium = bytes.clone();
      dirty.clear();
    }

    /** The system writes back what it likes. */
    void writeBack(Random random) {
      if (random.nextInt(3) == 0) {
        medium = Arrays.copyOf(medium, bytes.length);
      }
      dirty.stream().filter(sector -> random.nextBoolean()).forEach(this::writeBack);
    }

    private void writeBack(int sector) {
      int from = sector * SECTOR;
      int length = Math.min(SECTOR, Math.min(bytes.length, medium.length) - from);
      if (length > 0) {
        System.arraycopy(bytes, from, medium, from, length);
      }
    }
  }

  /** One change of names, and the folders that it touches. */
  private record Change(Map<Path, Node> after, Set<Path> folders) {}

  private final Random random;
  private UUID boot;

  /** Files and folders by name. */
  private Map<Path, Node> names = new HashMap<>();

  private Map<Path, Node> durableNames = new HashMap<>();
  private final List<Change> journal = new ArrayList<>();
  private long operations;
  private long lostAt = Long.MAX_VALUE;
  private int life;

  SimulatedDisk(long seed) {
    random = new Random(seed);
    boot = new UUID(random.nextLong(), random.nextLong());
  }

  /** The power goes when so many more accesses have been made. */
  synchronized void losePowerAfter(long more) {
    lostAt = operations + more;
  }

  synchronized boolean powerless() {
    return operations >= lostAt;
  }

  /** The program dies, and nothing else: its files are closed, all that it wrote is there. */
  synchronized void kill() {
    life++;
    lostAt = Long.MAX_VALUE;
  }

  /** The power is back: what is there now is what was on the medium. */
  synchronized void restart() {
    life++;
    lostAt = Long.MAX_VALUE;
    boot = new UUID(random.nextLong(), random.nextLong());
    int kept = random.nextInt(journal.size() + 1);
    names = new HashMap<>(kept == 0 ? durableNames : journal.get(kept - 1).after);
    journal.clear();
    durableNames = new HashMap<>(names);
    for (Node node : new HashSet<>(names.values())) {
      node.writeBack(random);
      node.bytes = node.medium.clone();
      node.dirty.clear();
    }
  }

  private void access(int from) throws IOException {
    if (from != life || operations >= lostAt) {
      throw new IOException("no power");
    }
    operations++;
    if (random.nextInt(8) == 0 && !names.isEmpty()) {
      List<Path> files = names.keySet().stream().sorted().toList();
      node(files.get(random.nextInt(files.size()))).writeBack(random);
    }
  }

  private Node node(Path path) throws IOException {
    Node node = names.get(path);
    if (node == null) {
      throw new NoSuchFileException(path.toString());
    }
    return node;
  }

  private void changed(Path... paths) {
    Set<Path> touched = new HashSet<>();
    for (Path path : paths) {
      touched.add(path.getParent());
    }
    journal.add(new Change(new HashMap<>(names), touched));
  }

  @Override
  public synchronized DiskFile create(Path file) throws IOException {
    access(life);
    names.put(file, new Node());
    changed(file);
    return new OpenFile(node(file), life);
  }

  @Override
  public synchronized DiskFile open(Path file) throws IOException {
    access(life);
    return new OpenFile(node(file), life);
  }

  @Override
  public DiskFile openToRead(Path file) throws IOException {
    return open(file);
  }

  @Override
  public synchronized List<Path> list(Path folder) throws IOException {
    access(life);
    return names.keySet().stream()
        .filter(path -> folder.equals(path.getParent()))
        .sorted()
        .toList();
  }

  @Override
  public synchronized boolean exists(Path path) throws IOException {
    access(life);
    return names.containsKey(path);
  }

  @Override
  public synchronized void makeFolder(Path folder) throws IOException {
    access(life);
    if (names.putIfAbsent(folder, new Node()) == null) {
      changed(folder);
    }
  }

  @Override
  public synchronized void rename(Path from, Path to) throws IOException {
    access(life);
    node(from);
    Map<Path, Node> renamed = new HashMap<>();
    names.forEach(
        (file, node) -> {
          if (file.equals(from)) {
            renamed.put(to, node);
          } else if (file.startsWith(from)) {
            renamed.put(to.resolve(from.relativize(file)), node);
          } else if (!file.equals(to)) {
            renamed.putIfAbsent(file, node);
          }
        });
    names = renamed;
    changed(from, to);
  }

  @Override
  public synchronized void delete(Path path) throws IOException {
    access(life);
    if (names.remove(path) != null) {
      changed(path);
    }
  }

  @Override
  public synchronized void link(Path file, Path secondName) throws IOException {
    access(life);
    names.put(secondName, node(file));
    changed(secondName);
  }

  @Override
  public synchronized boolean shared(Path file) throws IOException {
    access(life);
    Node node = node(file);
    return names.values().stream().filter(other -> other == node).count() > 1;
  }

  @Override
  public synchronized void forceFolder(Path folder) throws IOException {
    access(life);
    int last = journal.size();
    while (last > 0 && !journal.get(last - 1).folders.contains(folder)) {
      last--;
    }
    if (last > 0) {
      durableNames = journal.get(last - 1).after;
      journal.subList(0, last).clear();
    }
  }

  @Override
  public long usableSpace(Path folder) {
    return Long.MAX_VALUE;
  }

  @Override
  public synchronized UUID bootId() {
    return boot;
  }

  @Override
  public Closeable lock(Path folder) {
    return () -> {};
  }

  private final class OpenFile implements DiskFile {
    private final Node node;
    private final int openedIn;

    OpenFile(Node node, int openedIn) {
      this.node = node;
      this.openedIn = openedIn;
    }

    @Override
    public int read(ByteBuffer into, long at) throws IOException {
      synchronized (SimulatedDisk.this) {
        access(openedIn);
        int count = (int) Math.min(into.remaining(), node.bytes.length - at);
        if (count <= 0) {
          return -1;
        }
        into.put(node.bytes, (int) at, count);
        return count;
      }
    }

    @Override
    public void write(ByteBuffer from, long at) throws IOException {
      synchronized (SimulatedDisk.this) {
        access(openedIn);
        node.write(from, (int) at);
      }
    }

    @Override
    public long size() throws IOException {
      synchronized (SimulatedDisk.this) {
        access(openedIn);
        return node.bytes.length;
      }
    }

    @Override
    public void truncate(long size) throws IOException {
      synchronized (SimulatedDisk.this) {
        access(openedIn);
        if (size < node.bytes.length) {
          node.bytes = Arrays.copyOf(node.bytes, (int) size);
          // What is behind the end of a file is zero, and stays so when the file grows again.
          node.dirty.set((int) size / SECTOR, node.medium.length / SECTOR + 1);
        }
      }
    }

    @Override
    public void force() throws IOException {
      synchronized (SimulatedDisk.this) {
        access(openedIn);
        node.force();
      }
    }

    @Override
    public void close() {
      // nothing is held
    }
  }
}
