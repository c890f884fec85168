package io.holdfast.logstore.replication;

import static org.awaitility.Awaitility.await;

import io.holdfast.logstore.rpc.Authority;
import io.holdfast.logstore.rpc.MemberAddress;
import io.holdfast.logstore.rpc.TlsFiles;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Members of one log in this process, over loopback and TLS. */
final class Trio implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  private final Path folder;
  private final Authority authority;
  private final boolean sync;
  private final List<MemberAddress> addresses = new ArrayList<>();
  private final Map<String, Member> running = new LinkedHashMap<>();

  /** All members share two cores with everything else here: they wait longer for one another. */
  private UnaryOperator<MemberConfig> with =
      config -> config.withElectionTimeout(Duration.ofSeconds(2));

  Trio(Path folder, boolean sync, String... ids) throws Exception {
    this.folder = folder;
    this.sync = sync;
    this.authority = new Authority(Files.createDirectories(folder.resolve("tls")), "authority");
    for (String id : ids) {
      addresses.add(new MemberAddress(id, "127.0.0.1", freePort()));
    }
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }

  Trio with(UnaryOperator<MemberConfig> change) {
    UnaryOperator<MemberConfig> before = with;
    with = config -> change.apply(before.apply(config));
    return this;
  }

  /** Files that show who somebody is, for a peer that is none of the members too. */
  TlsFiles certified(String id) throws Exception {
    return authority.member(id);
  }

  MemberAddress address(String id) {
    return addresses.stream().filter(each -> each.id().equals(id)).findFirst().orElseThrow();
  }

  String hostPort(String id) {
    MemberAddress address = address(id);
    return address.host() + ':' + address.port();
  }

  Path directory(String id) {
    return folder.resolve(id);
  }

  MemberConfig config(String id) {
    return with.apply(MemberConfig.member(directory(id), sync, address(id), addresses, 100));
  }

  /** Starts one, as soon as the others that it asks are there. */
  CompletableFuture<Member> starting(String id) {
    CompletableFuture<Member> started = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .name("start-" + id)
        .start(
            () -> {
              try {
                started.complete(Member.start(config(id), certified(id)));
              } catch (Exception e) {
                started.completeExceptionally(e);
              }
            });
    return started;
  }

  Member start(String id) throws Exception {
    try {
      Member member = starting(id).get();
      running.put(id, member);
      return member;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  Trio startAll() throws Exception {
    Map<String, CompletableFuture<Member>> starts = new LinkedHashMap<>();
    addresses.forEach(each -> starts.put(each.id(), starting(each.id())));
    for (Map.Entry<String, CompletableFuture<Member>> start : starts.entrySet()) {
      running.put(start.getKey(), start.getValue().get());
    }
    return this;
  }

  /** A member that is new in the group: it is to be added. */
  MemberAddress newcomer(String id) throws IOException {
    MemberAddress address = new MemberAddress(id, "127.0.0.1", freePort());
    addresses.add(address);
    return address;
  }

  void forget(String id) {
    addresses.removeIf(each -> each.id().equals(id));
  }

  Member member(String id) {
    return running.get(id);
  }

  void stop(String id) {
    Member member = running.remove(id);
    if (member != null) {
      member.close();
    }
  }

  /** Changes a bit of the oldest segment file in a member's folder. */
  static void flip(Path member, int at) throws IOException {
    try (Stream<Path> files = Files.list(member.resolve("segments"));
        RandomAccessFile file =
            new RandomAccessFile(files.sorted().findFirst().orElseThrow().toFile(), "rw")) {
      file.seek(at);
      int was = file.read();
      file.seek(at);
      file.write(was ^ 4);
    }
  }

  /** The id of the one that leads, when there is one. */
  String leader() {
    await().atMost(PATIENCE).until(() -> running.values().stream().anyMatch(Member::leading));
    return running.entrySet().stream()
        .filter(each -> each.getValue().leading())
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow();
  }

  List<String> followers() {
    String leader = leader();
    return running.keySet().stream().filter(id -> !id.equals(leader)).toList();
  }

  @Override
  public void close() {
    running.values().forEach(Member::close);
    running.clear();
  }
}
