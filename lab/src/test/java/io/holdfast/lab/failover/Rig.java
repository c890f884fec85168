package io.holdfast.lab.failover;

import io.holdfast.lab.capture.Capture;
import io.holdfast.lab.capture.TcpConversation;
import io.holdfast.lab.capture.TcpStreams;
import io.holdfast.lab.net.LabFailure;
import io.holdfast.lab.net.Namespace;
import io.holdfast.lab.net.Owner;
import io.holdfast.lab.net.Veth;
import io.holdfast.lab.net.Waiting;
import io.holdfast.lab.net.Workspace;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * The topology of these tests: a peer's namespace (10.77.0.1) and ours (10.77.0.2) on one cable.
 * Closing it ends every process in them and removes them, whatever the test made of it.
 */
final class Rig implements AutoCloseable {
  static final String PEER = "10.77.0.1";
  static final String US = "10.77.0.2";
  static final int PORT = 9000;
  private static final String DEVICE = "eth0";
  private static final String SIGN_END = " was here";

  private final Owner owner = Owner.thisProcess();
  private final Deque<AutoCloseable> more = new ArrayDeque<>();
  final Workspace workspace = Workspace.create(owner, "failover");
  final Namespace peer = Namespace.create(owner, "p");
  final Namespace us = Namespace.create(owner, "h");
  private final NamespaceThread atPeer;
  private @Nullable Capture capture;
  private int captures;
  private int signs;
  private final Veth cable;

  static {
    Awaitility.setDefaultPollInterval(20, TimeUnit.MILLISECONDS);
    Awaitility.setDefaultPollDelay(0, TimeUnit.MILLISECONDS);
    Awaitility.setDefaultTimeout(Instance.LIMIT);
    Awaitility.ignoreExceptionsByDefaultMatching(LabFailure.class::isInstance); // "not yet"
  }

  Rig() {
    cable = Veth.between(peer, DEVICE, us, DEVICE);
    peer.address(DEVICE, PEER + "/24");
    us.address(DEVICE, US + "/24");
    atPeer = new NamespaceThread(peer);
  }

  /** Limits the cable in both directions, so that a transfer lasts long enough to be disturbed. */
  void shape(String rate) {
    cable.left().shape(rate);
    cable.right().shape(rate);
  }

  /** Takes the limit away. */
  void unshape() {
    cable.left().unshape();
    cable.right().unshape();
  }

  /** An instance on port 9000 and the standard queue, with these further lines of configuration. */
  Instance instance(String lines) {
    return instance("a", PORT, lines, workspace.folder("log"));
  }

  Instance instance(String name, int port, String lines, Path log) {
    return new Instance(us, workspace.folder(name), log, PEER, port, lines);
  }

  Path log() {
    return workspace.folder("log");
  }

  /** Closed with the rig, the newest first. */
  <T extends AutoCloseable> T with(T resource) {
    more.push(resource);
    return resource;
  }

  /** A connection from the peer to our port. */
  SocketChannel connect() {
    return connect(PEER, PORT);
  }

  /** The listener comes some moments after the service: the rules are put in before it. */
  SocketChannel connect(String from, int port) {
    AtomicReference<SocketChannel> connected = new AtomicReference<>();
    Waiting.until(
        "a connection to port " + port,
        Instance.LIMIT,
        () -> {
          SocketChannel socket = unconnected();
          try {
            socket.bind(new InetSocketAddress(from, 0));
            socket.connect(new InetSocketAddress(US, port));
            connected.set(socket);
            return true;
          } catch (ConnectException e) {
            return false;
          } catch (IOException e) {
            throw new LabFailure("cannot connect", e);
          }
        });
    return Objects.requireNonNull(connected.get());
  }

  /** A socket in the peer's namespace. */
  SocketChannel unconnected() {
    return with(atPeer.in(SocketChannel::open));
  }

  ServerSocketChannel listenAtPeer(int port) {
    ServerSocketChannel listener = with(atPeer.in(ServerSocketChannel::open));
    try {
      return listener.bind(new InetSocketAddress(PEER, port));
    } catch (IOException e) {
      throw new LabFailure("cannot listen", e);
    }
  }

  PatternPeer begin(Dialogue dialogue) {
    return begin(PORT, dialogue);
  }

  PatternPeer begin(int port, Dialogue dialogue) {
    return with(PatternPeer.begin(connect(PEER, port), dialogue));
  }

  // ---- the witness ----

  void startCapture() {
    Path folder = workspace.folder("capture-" + ++captures);
    capture = with(Capture.start(peer, folder, List.of(DEVICE)));
  }

  /** What the witness has seen up to now. */
  TcpStreams captured() {
    return TcpStreams.read(upToNow(running()));
  }

  /** Ends the capture, which must have missed nothing, and gives it. */
  TcpStreams endCapture() {
    Capture running = running();
    Path file = upToNow(running);
    running.stop();
    return TcpStreams.read(file);
  }

  private Capture running() {
    Capture running = capture;
    if (running == null) {
      throw new IllegalStateException("no capture");
    }
    return running;
  }

  /**
   * The witness writes with a delay: a datagram of ours that is on file has all before it there.
   */
  private Path upToNow(Capture running) {
    Path file = running.file(DEVICE);
    byte[] sign = ("witness " + ++signs + SIGN_END).getBytes(StandardCharsets.US_ASCII);
    try (DatagramChannel channel = atPeer.in(DatagramChannel::open)) {
      long from = Files.size(file);
      channel.send(ByteBuffer.wrap(sign), new InetSocketAddress(US, 9));
      Waiting.until("the witness to come up", Instance.LIMIT, () -> contains(file, from, sign));
    } catch (IOException e) {
      throw new LabFailure("cannot give the witness a sign", e);
    }
    return file;
  }

  private static boolean contains(Path file, long from, byte[] sign) {
    try (FileChannel channel = FileChannel.open(file)) {
      ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(channel.size() - from));
      while (bytes.hasRemaining() && channel.read(bytes, from + bytes.position()) >= 0) {}
      return new String(bytes.array(), StandardCharsets.ISO_8859_1)
          .contains(new String(sign, StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      throw new LabFailure("cannot read the capture", e);
    }
  }

  /** The conversation of this port of the peer's. */
  static TcpConversation of(TcpStreams streams, int peerPort) {
    return streams.conversations().stream()
        .filter(c -> c.involvesPort(peerPort) && c.involves(PEER))
        .findFirst()
        .orElseThrow(() -> new LabFailure("the capture has no port " + peerPort));
  }

  @Override
  public void close() {
    for (AutoCloseable next = more.poll(); next != null; next = more.poll()) {
      try {
        next.close();
      } catch (Exception e) {
        // What is left is in a namespace, and goes with it.
      }
    }
    atPeer.close();
    us.close();
    peer.close();
    workspace.close();
  }
}
