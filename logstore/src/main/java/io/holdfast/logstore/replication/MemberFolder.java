package io.holdfast.logstore.replication;

import io.holdfast.logstore.rpc.PeerIdentity;
import io.holdfast.logstore.rpc.TlsFiles;
import io.holdfast.logstore.rpc.Transport;
import io.holdfast.logstore.segment.LogCorruptException;
import io.holdfast.logstore.segment.SegmentStore;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of a member, and how far it is trusted. The store in it locks it, so that everything
 * here has one owner.
 *
 * <p>A member of several whose files are damaged sets them aside (one folder {@code damaged} is
 * kept to be looked at) and begins with none, to be rebuilt; its term and vote are kept, for they
 * have a checksum of their own. A damaged vote is an error: that member must be replaced under
 * another name.
 *
 * <p>A log that began with one member may have got others since, of which the configuration does
 * not know; the {@link Identity} does. As long as nothing is lost that does not matter. Else the
 * member may not be trusted, and nobody can be asked to rebuild it: it does not start.
 */
final class MemberFolder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MemberFolder.class);
  private static final String DAMAGED = "damaged";
  private static final String MARK = "damage-found";

  /** The last two are what a replacement of the first leaves when it dies in its midst. */
  private static final List<String> LOG_FOLDERS =
      List.of("segments", "snapshot", "segments.next", "segments.former");

  private final MemberConfig config;
  private final SegmentStore store;
  private final @Nullable Identity identity;
  private final boolean lost;
  private @Nullable MemberHello hello;

  /** Of a member that is rebuilt. */
  private @Nullable Beginning rebuilding;

  private MemberFolder(
      MemberConfig config, SegmentStore store, @Nullable Identity identity, boolean lost) {
    this.config = config;
    this.store = store;
    this.identity = identity;
    this.lost = lost;
  }

  static MemberFolder open(MemberConfig config) throws IOException {
    Path directory = config.directory();
    boolean named = names(config);
    boolean grown = !named && noted(config).size() > 1;
    boolean lost = false;
    SegmentStore store;
    Path mark = directory.resolve(MARK);
    if (named && Files.exists(mark)) {
      setAside(config);
      lost = true;
    } else if (grown && Files.exists(mark)) {
      throw unknownOthers(config, "its files are damaged: " + Files.readString(mark), null);
    }
    try {
      store = openChecked(config);
    } catch (LogCorruptException e) {
      if (grown) {
        throw unknownOthers(config, "its files are damaged: " + e.getMessage(), e);
      }
      if (!named) {
        throw e;
      }
      LOG.error("the log of this member is damaged: {}", e.getMessage());
      markDamaged(directory, e.getMessage()); // until it is noted that it is rebuilt
      setAside(config);
      lost = true;
      store = SegmentStore.open(directory, config.store(), config.disk());
    }
    try {
      Identity identity =
          config.self() == null ? null : Identity.begin(directory, config.self().id());
      String found = named || grown ? lossFound(config, store, identity) : null;
      if (found != null) {
        LOG.warn("{}", found);
        lost = true;
      }
      if (lost && identity != null) {
        // Noted before anything else: whoever starts it next must not trust what is not there.
        identity.state(Identity.State.REBUILDING);
        Files.deleteIfExists(mark);
      }
      if (!named && identity != null && identity.state() == Identity.State.REBUILDING) {
        throw unknownOthers(
            config, found == null ? "an earlier start found that something is lost" : found, null);
      }
      return new MemberFolder(config, store, identity, lost);
    } catch (IOException | RuntimeException e) {
      store.close();
      throw e;
    }
  }

  /** Whether the configuration names others. */
  private static boolean names(MemberConfig config) {
    return config.members().size() > 1;
  }

  /** The members that this one had when it ran last, by host:port; none if it never knew any. */
  private static List<String> noted(MemberConfig config) throws IOException {
    return config.self() == null
        ? List.of()
        : Identity.membersIn(config.directory(), config.self().id());
  }

  private static IOException unknownOthers(
      MemberConfig config, String found, @Nullable Exception cause) throws IOException {
    List<String> members = noted(config);
    return new IOException(
        "%s: %s; this member has to be rebuilt from the others, and its configuration names none: name all members of the log in it%s"
            .formatted(
                config.directory(),
                found,
                members.isEmpty() ? "" : " (" + String.join(", ", members) + ")"),
        cause);
  }

  /** Says what shows that a member of several may lack what it acknowledged, or null. */
  private static @Nullable String lossFound(
      MemberConfig config, SegmentStore store, @Nullable Identity identity) throws IOException {
    if (!config.store().sync() && !store.continuedBoot()) {
      return "the machine has restarted, and the log is not synced: what this member had"
          + " acknowledged may be missing";
    }
    if (identity != null && identity.state() == Identity.State.MEMBER && missing(config, store)) {
      return "the log of this member is not there, although it took part in elections";
    }
    return null;
  }

  /**
   * Whether files of a member that took part are not there.
   *
   * @throws LogCorruptException if it is the vote: nobody can give that back
   */
  private static boolean missing(MemberConfig config, SegmentStore store) throws IOException {
    Path meta = Engine.metaIn(config.directory());
    if (!Files.exists(meta)) {
      if (store.lastIndex() > 0) {
        throw new LogCorruptException(
            meta,
            0,
            "not there: nobody knows how this member has voted; replace it under another id");
      }
      return false; // it is as it was when its group began
    }
    return store.lastIndex() == 0 && new MetaStore(meta, false).getTerm() > 0;
  }

  private static SegmentStore openChecked(MemberConfig config) throws IOException {
    SegmentStore store = SegmentStore.open(config.directory(), config.store(), config.disk());
    try {
      SnapshotSeal.check(config.directory().resolve("snapshot"));
      return store;
    } catch (IOException | RuntimeException e) {
      store.close();
      throw e;
    }
  }

  /** Moves the files of the log away, if nobody else uses them. */
  private static void setAside(MemberConfig config) throws IOException {
    try (Closeable _ = config.disk().lock(config.directory())) {
      moveAside(config.directory());
    }
  }

  private static void moveAside(Path directory) throws IOException {
    Path aside = directory.resolve(DAMAGED);
    delete(aside);
    Files.createDirectories(aside);
    for (String name : LOG_FOLDERS) {
      Path folder = directory.resolve(name);
      if (Files.exists(folder)) {
        Files.move(folder, aside.resolve(name));
      }
    }
    LOG.warn("the damaged files are kept in {}", aside);
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }

  SegmentStore store() {
    return store;
  }

  /** Whether there are others that can give back what this member lost, as far as is noted. */
  boolean several() {
    return names(config) || (identity != null && identity.members().size() > 1);
  }

  /**
   * Notes who the members of the log are, by host:port, in order. Before others become members, for
   * from then on this one may not be trusted alone.
   */
  void members(List<String> members) throws IOException {
    if (identity != null && !members.isEmpty()) {
      identity.members(members);
    }
  }

  /** Says it when the log has members of which the configuration does not know. */
  void compare(List<String> members) {
    if (!names(config) && members.size() > 1) {
      LOG.warn(
          "the log has the members {}, and the configuration names only this one: name them all, or"
              + " this member will not start when its files are damaged or may lack something, and"
              + " begins a log of its own when its folder is lost",
          String.join(", ", members));
    }
  }

  /** The next start sets the files aside. */
  void markDamaged(@Nullable String what) {
    markDamaged(config.directory(), what);
  }

  private static void markDamaged(Path directory, @Nullable String what) {
    try {
      MetaStore.replace(
          directory.resolve(MARK), String.valueOf(what).getBytes(StandardCharsets.UTF_8), true);
    } catch (IOException e) {
      LOG.error("cannot note that the log is damaged", e);
    }
  }

  Transport connect(TlsFiles tls, VoteGuard guard) throws IOException {
    long term = new MetaStore(Engine.metaIn(config.directory()), false).getTerm();
    MemberHello made =
        new MemberHello(
            Objects.requireNonNull(identity),
            config.members(),
            guard,
            () -> term,
            store::lastIndex);
    hello = made;
    return new Transport(tls, made);
  }

  boolean isMember(PeerIdentity peer) {
    return hello != null && hello.isMember(peer);
  }

  void term(LongSupplier term) {
    if (hello != null) {
      hello.term(term);
    }
  }

  /** Decides how far the folder is trusted. May wait for other members. */
  Beginning.Mode begin(@Nullable Transport transport, VoteGuard guard) throws IOException {
    Identity who = identity;
    MemberHello heard = hello;
    if (who == null || heard == null || transport == null || config.self() == null) {
      return Beginning.Mode.TRUSTED;
    }
    transport.listen(config.self().host(), config.self().port());
    if (!names(config)) {
      who.state(Identity.State.MEMBER);
      return Beginning.Mode.TRUSTED;
    }
    Beginning beginning = new Beginning(who, heard, transport, config.self(), config.members());
    Beginning.Mode mode = Beginning.Mode.TRUSTED;
    if (lost || who.state() == Identity.State.REBUILDING) {
      mode = Beginning.Mode.REBUILDING;
    } else if (who.state() == Identity.State.NEW) {
      mode = beginning.ask();
    }
    if (mode == Beginning.Mode.REBUILDING) {
      for (Identity.Hello each : heard.heard().values()) {
        Identity.Start remembered = each.peers().get(who.id());
        if (remembered != null) {
          who.follow(remembered);
        }
      }
      guard.close(beginning.others());
      who.state(Identity.State.REBUILDING);
      beginning.dialAll();
      rebuilding = beginning;
    } else if (who.state() != Identity.State.MEMBER) {
      who.state(Identity.State.MEMBER);
      beginning.dialAll(); // from now on it is remembered
    }
    return mode;
  }

  /** Asks those for a word that the guard of a member that is rebuilt waits for. */
  void askUnheard(VoteGuard guard) {
    Beginning asks = rebuilding;
    if (asks != null) {
      asks.dial(guard.unheard());
    }
  }

  /** The member has again all that it may have promised. */
  void rebuilt() {
    LOG.info("this member is rebuilt: it votes again");
    trusted();
  }

  /** From now on it is believed, whatever it lost. */
  void trusted() {
    if (identity != null) {
      try {
        identity.state(Identity.State.MEMBER);
      } catch (IOException e) {
        LOG.error("cannot note that the member is whole", e);
      }
    }
  }

  Identity.State state() {
    return identity == null ? Identity.State.MEMBER : identity.state();
  }

  @Override
  public void close() {
    store.close();
  }
}
