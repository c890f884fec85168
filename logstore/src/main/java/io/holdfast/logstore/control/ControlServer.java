package io.holdfast.logstore.control;

import com.fasterxml.jackson.databind.JsonNode;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.UnixChannel;
import io.netty.handler.codec.LineBasedFrameDecoder;
import io.netty.handler.timeout.IdleStateHandler;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The daemon's side of the control protocol. Build it, add commands, {@link #open}; from then on it
 * is thread-safe, and {@link #close} ends it and removes the socket.
 */
public final class ControlServer implements AutoCloseable {

  /** Longest request, in bytes, the line feed not counted. */
  public static final int LONGEST_REQUEST = 64 * 1024;

  /** Clients served at a time. */
  public static final int MOST_CLIENTS = 32;

  private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);
  private static final int IDLE_SECONDS = 60;

  /** No request: a living server says so at once, on the thread that reads. */
  private static final byte[] PROBE = {'\n'};

  /** As long as a speaker may be silent before it counts as dead. */
  private static final long ANSWER_MILLIS = 1_000;

  private final Path socket;
  private final Executor executor;
  private final ControlAccess access;
  private final SortedMap<String, ControlCommand> commands = new TreeMap<>();
  private final AtomicInteger clients = new AtomicInteger();
  private @Nullable Channel listening;
  private @Nullable Object inode;

  /**
   * A server that is not open yet.
   *
   * @param socket path of the socket; its folder must exist
   * @param executor runs the commands, one at a time or not as it likes
   */
  public ControlServer(Path socket, Executor executor) throws IOException {
    this(socket, executor, new ControlAccess(ownUid()));
  }

  /** With another idea of who may ask, for tests. */
  public ControlServer(Path socket, Executor executor, ControlAccess access) {
    this.socket = socket;
    this.executor = executor;
    this.access = access;
  }

  /** Adds a command; only before {@link #open}. */
  public ControlServer command(String name, ControlCommand command) {
    commands.put(name, command);
    return this;
  }

  /**
   * Listens. A socket file that a dead daemon left is replaced.
   *
   * @param loops epoll event loops; one thread is enough
   * @throws IOException if a living daemon has the socket, or it cannot be made; one line
   */
  public void open(EventLoopGroup loops) throws IOException {
    removeStale();
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loops)
            .channel(EpollServerDomainSocketChannel.class)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    accepted((UnixChannel) channel);
                  }
                });
    var bound = bootstrap.bind(new DomainSocketAddress(socket.toFile())).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(
          socket + ": cannot listen: " + Objects.requireNonNull(bound.cause()).getMessage());
    }
    listening = bound.channel();
    inode = inode();
    giveToGroup();
  }

  /** Ends it; clients that are connected are let go when the event loops end. */
  @Override
  public void close() {
    Channel channel = listening;
    listening = null;
    if (channel != null) {
      channel.close().awaitUninterruptibly();
      try {
        if (inode().equals(inode)) { // else a successor has put its own in the place of ours
          Files.delete(socket);
        }
      } catch (NoSuchFileException e) {
        LOG.debug("{}: is gone already", socket);
      } catch (IOException e) {
        LOG.warn("{}: cannot be removed: {}", socket, e.getMessage());
      }
    }
  }

  private void accepted(UnixChannel channel) {
    int now = clients.incrementAndGet();
    channel.closeFuture().addListener(f -> clients.decrementAndGet());
    if (now > 2 * MOST_CLIENTS) {
      var _ = channel.close(); // a crowd gets no reasons
      return;
    }
    ControlHandler handler = new ControlHandler(commands, executor, refusal(channel, now));
    channel
        .pipeline()
        .addLast(new IdleStateHandler(0, 0, IDLE_SECONDS))
        .addLast(new LineBasedFrameDecoder(LONGEST_REQUEST, true, true))
        .addLast(handler);
  }

  /** Why this client is not served, or null if it is. */
  private @Nullable String refusal(UnixChannel channel, int clientsNow) {
    try {
      var credentials =
          ((io.netty.channel.epoll.EpollDomainSocketChannel) channel).peerCredentials();
      if (!access.allows(credentials.uid(), credentials.gids()[0])) {
        LOG.warn(
            "control: refused a process of user {} ({})", credentials.uid(), credentials.pid());
        return "not allowed: only root, the daemon's own user and members of the group "
            + ControlAccess.GROUP
            + " may ask";
      }
    } catch (IOException e) {
      return "not allowed: no credentials: " + e.getMessage();
    }
    return clientsNow > MOST_CLIENTS ? "too many clients; at most " + MOST_CLIENTS : null;
  }

  private void removeStale() throws IOException {
    if (!Files.exists(socket, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (answers()) {
      throw new IOException(
          socket + ": a daemon listens here already; each needs a runtime-directory of its own");
    }
    Files.deleteIfExists(socket);
  }

  /**
   * Whether somebody lives behind the socket: a stopped daemon listens still, and is dead to us.
   */
  private boolean answers() {
    try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX);
        Selector selector = Selector.open()) {
      probe.connect(UnixDomainSocketAddress.of(socket));
      probe.configureBlocking(false);
      probe.register(selector, SelectionKey.OP_READ);
      probe.write(ByteBuffer.wrap(PROBE));
      return selector.select(ANSWER_MILLIS) > 0;
    } catch (IOException e) {
      return false; // nobody listens
    }
  }

  private Object inode() throws IOException {
    return Files.getAttribute(socket, "unix:ino");
  }

  private void giveToGroup() throws IOException {
    Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw----"));
    try {
      GroupPrincipal group =
          socket
              .getFileSystem()
              .getUserPrincipalLookupService()
              .lookupPrincipalByGroupName(ControlAccess.GROUP);
      Files.getFileAttributeView(socket, PosixFileAttributeView.class).setGroup(group);
    } catch (UserPrincipalNotFoundException e) {
      LOG.debug("no group {}: {} is for root alone", ControlAccess.GROUP, socket);
    } catch (IOException e) {
      // An unprivileged daemon that is no member cannot give the socket away; it still works for
      // it.
      LOG.warn("{}: cannot be given to group {}: {}", socket, ControlAccess.GROUP, e.getMessage());
    }
  }

  private static int ownUid() throws IOException {
    return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
  }

  /** For a command: the arguments' text under {@code key}, or null. */
  public static @Nullable String text(JsonNode arguments, String key) {
    JsonNode value = arguments.path(key);
    return value.isTextual() ? value.textValue() : null;
  }
}
