package io.holdfast.lab.log;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.lab.history.Append;
import io.holdfast.lab.history.Batch;
import io.holdfast.lab.history.BatchId;
import io.holdfast.lab.history.Finding;
import io.holdfast.lab.history.History;
import io.holdfast.lab.history.HistoryChecker;
import io.holdfast.lab.history.HistoryFile;
import io.holdfast.lab.history.HistoryRecorder;
import io.holdfast.lab.history.Outcome;
import io.holdfast.lab.net.LabFailure;
import io.holdfast.lab.net.Signal;
import io.holdfast.lab.net.Waiting;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes the leader of three log servers away, round by round, while owners append; then looks
 * whether the log kept its word. Owned by one thread.
 *
 * <p>How long it took is told by the histories and the final log: from the moment before the fault
 * is done to the first acknowledgment, at whatever owner, of a batch that stands in the log under a
 * later term. A batch of the old term that the new leader commits with its first own does not
 * count.
 */
public final class Elections implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final int FROM_BYTES = 100;
  private static final int TO_BYTES = 1_400;
  private static final int PAUSE_MILLIS = 4;
  private static final int WINDOW = 256;

  /**
   * A fault, as it was begun.
   *
   * @param leader who led, and in which term
   * @param at nanoseconds, before anything was done
   */
  private record Round(ElectionFault fault, String leader, long term, long at) {}

  /**
   * What came of it.
   *
   * @param nanos of each round of a fault, to the first commit on a new leader; in order
   * @param findings of the history, and members whose files differ
   * @param appends by all owners
   * @param acknowledged of those
   * @param batches in the final log
   */
  public record Result(
      Map<ElectionFault, List<Long>> nanos,
      List<String> findings,
      int appends,
      int acknowledged,
      int batches) {}

  private final LogCluster cluster;
  private final Consumer<String> progress;
  private final Map<String, LogOwner> beside = new HashMap<>();
  private final List<Round> rounds = new ArrayList<>();
  private final Map<ElectionFault, Integer> counts = new EnumMap<>(ElectionFault.class);
  private final LogOwner elsewhere;

  /**
   * Starts three log servers and an owner elsewhere, which appends from now on.
   *
   * @param progress is given a line for each round
   */
  public Elections(Consumer<String> progress) {
    this.progress = progress;
    this.cluster = new LogCluster(LogCluster.Placement.THREE_SERVERS, false);
    boolean complete = false;
    try {
      cluster.start();
      elsewhere = cluster.owner("elsewhere");
      own(elsewhere);
      complete = true;
    } finally {
      if (!complete) {
        cluster.close();
      }
    }
  }

  /** Where it all is; for a look after a failure. */
  public Path keep() {
    return cluster.keep();
  }

  private static void own(LogOwner owner) {
    owner.open();
    run(owner);
  }

  private static void run(LogOwner owner) {
    owner.tell(
        "run",
        line ->
            line.put("from", FROM_BYTES)
                .put("to", TO_BYTES)
                .put("pause", PAUSE_MILLIS)
                .put("window", WINDOW));
  }

  /** One round. */
  public void round(ElectionFault fault) {
    LogMember leader = settled();
    switch (fault) {
      case KILL -> kill(leader);
      case STOP -> stop(leader);
      case PARTITION -> cutOff(leader);
    }
  }

  /** Waits until all three run, one of them leads and the others have what it has. */
  private LogMember settled() {
    LogMember leader = cluster.awaitLeader();
    JsonNode of = leader.status().orElse(null);
    if (of == null) {
      return settled();
    }
    for (LogMember member : cluster.servers()) {
      member.awaitCommitted(of.path("committed").asLong(), LIMIT);
    }
    return leader.leads() ? leader : settled();
  }

  private void begin(ElectionFault fault, LogMember leader) {
    long term = leader.status().map(status -> status.path("term").asLong()).orElse(Long.MAX_VALUE);
    rounds.add(new Round(fault, leader.id(), term, System.nanoTime()));
  }

  private void kill(LogMember leader) {
    begin(ElectionFault.KILL, leader);
    leader.signal(Signal.KILL);
    awaitCommit(ElectionFault.KILL, leader, elsewhere);
    leader.start();
  }

  private void stop(LogMember leader) {
    begin(ElectionFault.STOP, leader);
    leader.signal(Signal.STOP);
    awaitCommit(ElectionFault.STOP, leader, elsewhere);
    leader.signal(Signal.CONT);
    awaitDeposed(leader);
  }

  private void cutOff(LogMember leader) {
    LogOwner old =
        beside.computeIfAbsent(
            leader.id(), id -> cluster.ownerBeside(leader, "beside-" + leader.id()));
    own(old);
    Waiting.until("the end of the turn of " + elsewhere.name(), LIMIT, () -> expired(elsewhere));
    elsewhere.tell("close");
    Waiting.until("commits beside the leader", LIMIT, () -> committedMore(old));
    begin(ElectionFault.PARTITION, leader);
    leader.machine().cutOff();
    try {
      own(elsewhere);
      awaitCommit(ElectionFault.PARTITION, leader, elsewhere);
    } finally {
      leader.machine().heal();
    }
    awaitDeposed(leader);
    Waiting.until("the end of the turn of " + old.name(), LIMIT, () -> expired(old));
    old.tell("close");
  }

  private static boolean expired(LogOwner owner) {
    return owner.tell("status").path("status").asText().equals("EXPIRED");
  }

  private static boolean committedMore(LogOwner owner) {
    JsonNode status = owner.tell("status");
    long appended = status.path("appended").asLong();
    Waiting.until(
        "a commit of " + owner.name(),
        LIMIT,
        () -> owner.tell("status").path("committed").asLong() >= appended);
    return true;
  }

  /** Another leads, and something was committed that was appended after that was known. */
  private void awaitCommit(ElectionFault fault, LogMember old, LogOwner owner) {
    Waiting.until("another leader than " + old.id(), LIMIT, () -> otherLeader(old) != null);
    LogMember now = otherLeader(old);
    long appended = owner.tell("status").path("appended").asLong();
    Waiting.until(
        "a commit on another leader than " + old.id(),
        LIMIT,
        () -> owner.tell("status").path("committed").asLong() > appended);
    int number = counts.merge(fault, 1, Integer::sum);
    progress.accept(
        "%s %d: %s led and was %s; %s leads, committed %d bytes"
            .formatted(
                fault.name().toLowerCase(Locale.ROOT),
                number,
                old.id(),
                fault.participle(),
                now == null ? "another" : now.id(),
                owner.tell("status").path("committed").asLong()));
  }

  private @Nullable LogMember otherLeader(LogMember than) {
    return cluster.servers().stream()
        .filter(member -> !member.equals(than) && member.leads())
        .findFirst()
        .orElse(null);
  }

  /** The old leader has heard of the new one. */
  private static void awaitDeposed(LogMember old) {
    Waiting.until("member " + old.id() + " to follow", LIMIT, () -> old.role().equals("follower"));
  }

  // ---- the end ----

  /** Brings all to rest, ends all members, and checks what is left in their files. */
  public Result finish() throws IOException {
    settled();
    elsewhere.tell("rest");
    long end = elsewhere.commit();
    elsewhere.append(FROM_BYTES);
    end = Math.max(end, elsewhere.commit());
    for (LogMember member : cluster.servers()) {
      member.awaitCommitted(end, LIMIT);
    }
    elsewhere.read(0);
    elsewhere.close();
    beside.values().forEach(LogOwner::close);
    cluster.servers().forEach(member -> member.signal(Signal.TERM));
    return check(end);
  }

  private Result check(long end) throws IOException {
    List<String> findings = new ArrayList<>();
    MemberFiles.Log log = MemberFiles.log(cluster.logFolders().getFirst(), end);
    for (Path other : cluster.logFolders()) {
      if (!MemberFiles.log(other, end).equals(log)) {
        findings.add("the files in " + other + " are not those of the first member");
      }
    }
    History history = history(log);
    for (Finding finding : HistoryChecker.check(history)) {
      findings.add(finding.toString());
    }
    Map<ElectionFault, List<Long>> nanos = new EnumMap<>(ElectionFault.class);
    for (Round round : rounds) {
      long first = firstCommit(round, history, log);
      if (first == Long.MAX_VALUE) {
        findings.add(round + ": nothing was committed under a later term");
      }
      nanos.computeIfAbsent(round.fault(), _ -> new ArrayList<>()).add(first - round.at());
    }
    int acknowledged =
        (int)
            history.appends().stream()
                .filter(append -> append.outcome() == Outcome.ACKNOWLEDGED)
                .count();
    return new Result(
        nanos, findings, history.appends().size(), acknowledged, log.batches().size());
  }

  /** Puts the final log beside what the owners wrote, as a file too. */
  private History history(MemberFiles.Log log) throws IOException {
    Path file = cluster.folder().resolve("histories").resolve("log.jsonl");
    try (HistoryRecorder recorder = HistoryRecorder.to(file)) {
      recorder.log(log.first());
      log.batches().forEach(recorder::batch);
    }
    List<Path> files = new ArrayList<>(cluster.histories());
    files.add(file);
    return HistoryFile.read(files);
  }

  private static long firstCommit(Round round, History history, MemberFiles.Log log) {
    Set<BatchId> later = new HashSet<>();
    for (Batch batch : log.batches()) {
      if (batch.id() != null && batch.term() > round.term()) {
        later.add(batch.id());
      }
    }
    long first = Long.MAX_VALUE;
    for (Append append : history.appends()) {
      if (append.outcome() == Outcome.ACKNOWLEDGED
          && append.completedAt() > round.at()
          && append.completedAt() < first
          && later.contains(append.id())) {
        first = append.completedAt();
      }
    }
    return first;
  }

  @Override
  public void close() {
    try {
      cluster.servers().forEach(member -> member.machine().heal());
    } catch (LabFailure e) {
      // Its namespace may be gone already: it is about to go.
    }
    cluster.close();
  }
}
