package io.holdfast.lab.log.crash;

import io.holdfast.lab.net.LabFailure;
import io.holdfast.lab.net.Waiting;
import io.holdfast.logstore.config.HostPort;
import io.holdfast.logstore.config.LogConfig;
import io.holdfast.logstore.log.OwnedLog;
import io.holdfast.logstore.remote.RemoteBackend;
import io.holdfast.logstore.rpc.MemberAddress;
import io.holdfast.logstore.rpc.TlsFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Members of one log on loopback, a process each, over TLS. Owned by one thread. */
final class Group implements AutoCloseable {
  /** A member's place: it stays when its process dies. */
  private static final class Seat {
    final MemberAddress address;
    final MemberArguments arguments;
    @Nullable MemberProcess process;

    Seat(MemberAddress address, MemberArguments arguments) {
      this.address = address;
      this.arguments = arguments;
    }
  }

  private final Path folder;
  private final JavaCommand java;
  private final boolean sync;
  private final TlsFiles tls;
  private final Journal journal;
  private final UnaryOperator<MemberArguments> with;
  private final Map<String, Seat> seats = new LinkedHashMap<>();
  private int made;

  /**
   * @param with how each member differs from what is usual here
   */
  Group(
      Path folder,
      JavaCommand java,
      boolean sync,
      Journal journal,
      UnaryOperator<MemberArguments> with) {
    this.folder = folder;
    this.java = java;
    this.sync = sync;
    this.journal = journal;
    this.with = with;
    this.tls = Loopback.certificate(folder.resolve("tls"));
  }

  /** Begins a log of three, none of which runs yet. */
  Group ofThree() {
    List<MemberAddress> addresses = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      addresses.add(nextAddress());
    }
    addresses.forEach(address -> seats.put(address.id(), seat(address, addresses)));
    return this;
  }

  private MemberAddress nextAddress() {
    return new MemberAddress("m" + ++made, Loopback.HOST, Loopback.freePort());
  }

  private Seat seat(MemberAddress address, List<MemberAddress> members) {
    return new Seat(
        address,
        with.apply(
            new MemberArguments(
                folder.resolve(address.id()),
                sync,
                Lane.SEGMENT_BYTES,
                Lane.SNAPSHOT_BYTES,
                0,
                address.id(),
                members,
                tls,
                null)));
  }

  /** A seat for a member that is to take the place of another. */
  String newcomer(String insteadOf) {
    MemberAddress address = nextAddress();
    List<MemberAddress> members = new ArrayList<>();
    for (Seat seat : seats.values()) {
      if (!seat.address.id().equals(insteadOf)) {
        members.add(seat.address);
      }
    }
    members.add(address);
    seats.put(address.id(), seat(address, members));
    return address.id();
  }

  /** The member is no more; its process too. */
  void forget(String id) {
    kill(id);
    seats.remove(id);
  }

  List<String> ids() {
    return List.copyOf(seats.keySet());
  }

  private Seat of(String id) {
    Seat seat = seats.get(id);
    if (seat == null) {
      throw new IllegalArgumentException("no member " + id);
    }
    return seat;
  }

  Path directory(String id) {
    return of(id).arguments.directory();
  }

  MemberArguments arguments(String id) {
    return of(id).arguments;
  }

  String hostPort(String id) {
    MemberAddress address = of(id).address;
    return address.host() + ':' + address.port();
  }

  String text(String id) {
    return MemberArguments.text(of(id).address);
  }

  MemberProcess process(String id) {
    MemberProcess process = of(id).process;
    if (process == null) {
      throw new LabFailure("member " + id + " does not run");
    }
    return process;
  }

  boolean runs(String id) {
    MemberProcess process = of(id).process;
    return process != null && process.isAlive();
  }

  /** Ends a process in order. */
  void quit(String id) {
    process(id).ask("quit");
    kill(id);
  }

  /** Starts it; returns at once. */
  MemberProcess start(String id, MemberArguments.@Nullable Stop stop) {
    Seat seat = of(id);
    MemberProcess started =
        MemberProcess.start(
            id, java, seat.arguments.withStop(stop), folder.resolve(id + ".log"), journal);
    seat.process = started;
    return started;
  }

  /** Starts those that do not run, and waits until all are there. */
  void startAll() {
    List<MemberProcess> started = new ArrayList<>();
    for (String id : ids()) {
      if (!runs(id)) {
        started.add(start(id, null));
      }
    }
    started.forEach(MemberProcess::awaitReady);
  }

  void kill(String id) {
    MemberProcess process = of(id).process;
    if (process != null) {
      process.kill();
    }
    of(id).process = null;
  }

  /** The one that leads, when one does. */
  String leader() {
    String[] found = {""};
    Waiting.until(
        "a leader",
        MemberProcess.PATIENCE,
        () -> {
          for (String id : ids()) {
            if (runs(id) && process(id).state().leading()) {
              found[0] = id;
            }
          }
          return !found[0].isEmpty();
        });
    return found[0];
  }

  /** Those that run and do not lead. */
  List<String> followers() {
    String leader = leader();
    return ids().stream().filter(id -> !id.equals(leader) && runs(id)).toList();
  }

  /** This process becomes the owner of the log. */
  OwnedLog own(String name, Duration patience) {
    List<HostPort> addresses =
        seats.values().stream()
            .map(seat -> new HostPort(seat.address.host(), seat.address.port()))
            .toList();
    try {
      return OwnedLog.open(
          RemoteBackend.of(
              new LogConfig.Servers(
                  addresses, new LogConfig.Tls(tls.certificate(), tls.key(), tls.authority())),
              patience),
          name);
    } catch (IOException e) {
      throw new LabFailure("the log of three takes no owner", e);
    }
  }

  /** Waits until a member that may have lost something counts again: then any other may die. */
  void awaitRebuilt(String id) {
    Waiting.until(
        "member " + id + " to be rebuilt",
        MemberProcess.PATIENCE,
        () -> !process(id).state().rebuilding());
  }

  /** Waits until a member has all up to this position, and reads what it has. */
  Found read(String id, long position) {
    Waiting.until(
        "member " + id + " to have all before position " + position,
        MemberProcess.PATIENCE,
        () -> process(id).state().committed() >= position);
    return process(id).read();
  }

  @Override
  public void close() {
    seats.values().stream()
        .map(seat -> seat.process)
        .filter(process -> process != null)
        .forEach(MemberProcess::close);
  }
}
