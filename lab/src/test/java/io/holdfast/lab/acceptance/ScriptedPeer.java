package io.holdfast.lab.acceptance;

import io.holdfast.lab.net.LabFailure;
import io.holdfast.lab.net.Namespace;
import io.holdfast.lab.net.Waiting;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A peer that says what the test tells it to say, and only that: no state machine, no timers. It
 * shares no code with Holdfast. Its server socket takes connections from its making on; each is a
 * {@link Line}.
 */
final class ScriptedPeer implements AutoCloseable {
  static final int OPEN = 1;
  static final int UPDATE = 2;
  static final int NOTIFICATION = 3;
  static final int KEEPALIVE = 4;

  private static final int PORT = 179;
  private static final int HEADER = 19;
  private static final int BGP_VERSION = 4;

  private final Namespace namespace;
  private final String address;
  private final long as;
  private final ServerSocket server;
  private final List<Line> accepted = new ArrayList<>();
  private final List<Line> all = new ArrayList<>();

  /**
   * @param address its own, in the namespace; also its router id
   */
  ScriptedPeer(Namespace namespace, String address, long as) throws Exception {
    this.namespace = namespace;
    this.address = address;
    this.as = as;
    this.server =
        Inside.call(
            namespace,
            () -> {
              ServerSocket socket = new ServerSocket();
              socket.setReuseAddress(true);
              socket.bind(new InetSocketAddress(InetAddress.getByName(address), PORT));
              return socket;
            });
    Thread.ofPlatform().daemon().name("scripted-accept").start(this::accept);
  }

  private void accept() {
    try {
      while (true) {
        Line line = new Line(server.accept());
        synchronized (this) {
          accepted.add(line);
          all.add(line);
        }
      }
    } catch (IOException e) {
      // The server socket was closed: the test is over.
    }
  }

  /** The next connection that Holdfast opens (or has opened), oldest first. */
  Line next(Duration limit) {
    Waiting.until("a connection from Holdfast", limit, () -> count() > 0);
    synchronized (this) {
      return accepted.removeFirst();
    }
  }

  /** Connections that nobody has asked for yet. */
  synchronized int count() {
    return accepted.size();
  }

  /** Opens a connection to Holdfast. */
  Line connect(String to) throws Exception {
    Line line =
        new Line(
            Inside.call(
                namespace,
                () -> {
                  Socket socket = new Socket();
                  socket.bind(new InetSocketAddress(InetAddress.getByName(address), 0));
                  socket.connect(new InetSocketAddress(InetAddress.getByName(to), PORT), 5_000);
                  return socket;
                }));
    synchronized (this) {
      all.add(line);
    }
    return line;
  }

  @Override
  public void close() throws IOException {
    server.close();
    List<Line> lines;
    synchronized (this) {
      lines = List.copyOf(all);
    }
    for (Line line : lines) {
      line.close();
    }
  }

  /** A message that came: its type and what follows the header. */
  record Message(int type, byte[] body) {

    /** Code and subcode of a NOTIFICATION. */
    String detail() {
      return body[0] + "/" + body[1];
    }
  }

  /** One connection. */
  final class Line implements AutoCloseable {
    private final Socket socket;
    private final List<Message> heard = new ArrayList<>();
    private boolean ended;

    private Line(Socket socket) throws IOException {
      this.socket = socket;
      socket.setTcpNoDelay(true);
      Thread.ofPlatform().daemon().name("scripted-read").start(this::read);
    }

    private void read() {
      try {
        while (true) {
          byte[] header = socket.getInputStream().readNBytes(HEADER);
          if (header.length < HEADER) {
            break;
          }
          int length = ByteBuffer.wrap(header).getShort(16) & 0xffff;
          byte[] body = socket.getInputStream().readNBytes(length - HEADER);
          synchronized (this) {
            heard.add(new Message(header[18], body));
          }
        }
      } catch (IOException e) {
        // A reset is an end too.
      }
      synchronized (this) {
        ended = true;
      }
    }

    /** What came so far. */
    synchronized List<Message> heard() {
      return List.copyOf(heard);
    }

    /** Whether Holdfast has ended the connection. */
    synchronized boolean hasEnded() {
      return ended;
    }

    long count(int type) {
      return heard().stream().filter(message -> message.type() == type).count();
    }

    /** Waits for a message of a type; gives the first. */
    Message await(int type, Duration limit) {
      Waiting.until(
          "message type " + type,
          limit,
          () -> {
            if (count(type) == 0 && hasEnded()) {
              throw new LabFailure("the connection has ended after " + heard());
            }
            return count(type) > 0;
          });
      return heard().stream().filter(message -> message.type() == type).findFirst().orElseThrow();
    }

    void open() throws IOException {
      open(as);
    }

    /** An OPEN with hold time 9 s and no capabilities but the four-octet AS number. */
    void open(long claimedAs) throws IOException {
      byte[] id = InetAddress.getByName(address).getAddress();
      ByteBuffer body = ByteBuffer.allocate(18);
      body.put((byte) BGP_VERSION).putShort((short) claimedAs).putShort((short) 9).put(id);
      body.put((byte) 8).put((byte) 2).put((byte) 6).put((byte) 65).put((byte) 4);
      body.putInt((int) claimedAs);
      send(OPEN, body.array());
    }

    void keepalive() throws IOException {
      send(KEEPALIVE, new byte[0]);
    }

    void notification(int code, int subcode) throws IOException {
      send(NOTIFICATION, new byte[] {(byte) code, (byte) subcode});
    }

    private void send(int type, byte[] body) throws IOException {
      ByteBuffer message = ByteBuffer.allocate(HEADER + body.length);
      message.putLong(-1).putLong(-1).putShort((short) message.capacity()).put((byte) type);
      message.put(body);
      socket.getOutputStream().write(message.array());
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
