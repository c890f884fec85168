package io.holdfast.lab.log.crash;

import io.holdfast.lab.net.LabFailure;
import io.holdfast.lab.net.Waiting;
import io.holdfast.logstore.log.OwnedLog;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Three members, of which one or all die in each round. The owner is this process, or the member
 * that leads, as in a daemon; then it dies with it. At the end of a round all run, and each is
 * compared.
 */
final class GroupLane extends Lane {
  private static final long CATCH_UP_BYTES = 2 << 20;
  private static final int COMMITS = 8;

  /** What happens in a round. */
  private enum Scene {
    ONE_DIES,
    ALL_DIE,
    DIES_STARTING,
    DIES_CATCHING_UP,
    REPLACED
  }

  private final Group group;
  private @Nullable Workload remote;
  private @Nullable MemberProcess embedded;

  GroupLane(Placement placement, Path folder, JavaCommand java, long seed) {
    super(placement, folder, java, seed);
    this.group =
        new Group(folder, java, placement.sync(), ledger, arguments -> arguments).ofThree();
  }

  @Override
  void play(Random random, int round) {
    group.startAll();
    work(random);
    Scene[] scenes = Scene.values();
    switch (scenes[random.nextInt(scenes.length)]) {
      case ONE_DIES -> {
        String victim = any(random);
        awaitAndKill(victim, List.of(victim), random);
        goesOn();
      }
      case ALL_DIE -> {
        List<String> all = new ArrayList<>(group.ids());
        Collections.shuffle(all, random);
        awaitAndKill(all.getFirst(), all, random);
      }
      case DIES_STARTING -> dieStarting(any(random), random);
      case DIES_CATCHING_UP -> dieCatchingUp(random);
      case REPLACED -> replace(random);
    }
    group.startAll();
    settle();
    compareAll();
  }

  private String any(Random random) {
    return group.ids().get(random.nextInt(group.ids().size()));
  }

  /** Begins to append: from here, or in the member that leads. */
  private void work(Random random) {
    long seed = random.nextLong();
    if (random.nextInt(5) < 3) {
      remote =
          new Workload(group.own("round", MemberProcess.PATIENCE), ledger, seed, KEEP_BYTES, REST);
    } else {
      MemberProcess[] owner = new MemberProcess[1];
      Waiting.until(
          "an owner among the members",
          MemberProcess.PATIENCE,
          () -> {
            MemberProcess candidate = group.process(group.leader());
            candidate.ask("own 10");
            owner[0] = candidate;
            return true;
          });
      embedded = owner[0];
      owner[0].ask("work %d %d %d".formatted(seed, KEEP_BYTES, REST.toMillis()));
    }
    awaitCommits(COMMITS);
  }

  private void awaitCommits(int more) {
    long goal = ledger.commitCount() + more;
    Waiting.until(
        more + " commits", MemberProcess.PATIENCE, () -> ledger.commitCount() >= goal || !owned());
  }

  /** Whether the owner of this round can append: in a process that does not lead it cannot. */
  private boolean owned() {
    return remote != null || (embedded != null && embedded.isAlive() && embedded.state().leading());
  }

  /** With one of three away the log goes on, if its owner is not the one. */
  private void goesOn() {
    if (owned()) {
      awaitCommits(COMMITS);
    }
  }

  private void awaitAndKill(String watched, List<String> victims, Random random) {
    Moment moment =
        Moment.of(random, placement.sync())
            .await(group.process(watched), group.directory(watched), ledger, random);
    victims.forEach(group::kill);
    died((victims.size() > 1 ? "all, " : "") + moment.name().toLowerCase(Locale.ROOT));
  }

  private void dieStarting(String victim, Random random) {
    group.kill(victim);
    goesOn();
    boolean byPlace = random.nextBoolean();
    MemberProcess starting = group.start(victim, byPlace ? Moment.whileStarting(random) : null);
    awaitStopped(starting, random);
    group.kill(victim);
    died("starting");
  }

  private static void awaitStopped(MemberProcess process, Random random) {
    long deadline = System.nanoTime() + random.nextLong(TimeUnit.MILLISECONDS.toNanos(2_500));
    while (process.stoppedAt() == null && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
  }

  /** So much is appended and trimmed without it that it needs a checkpoint and the tail. */
  private void dieCatchingUp(Random random) {
    String victim = group.followers().get(random.nextInt(2));
    group.kill(victim);
    long goal = ledger.largestCommit() + CATCH_UP_BYTES;
    Waiting.until(
        "2 MiB more", MemberProcess.PATIENCE, () -> ledger.largestCommit() >= goal || !owned());
    boolean byPlace = random.nextBoolean();
    MemberProcess starting = group.start(victim, byPlace ? Moment.whileStarting(random) : null);
    if (!byPlace) {
      starting.awaitReady();
    }
    awaitStopped(starting, random);
    group.kill(victim);
    died("catching up");
  }

  private void replace(Random random) {
    String leader = group.leader();
    List<String> followers = group.followers();
    String old = followers.get(random.nextInt(followers.size()));
    String fresh = group.newcomer(old);
    group.start(fresh, null).awaitReady();
    MemberProcess asked = group.process(leader);
    asked.tell("replace " + group.hostPort(old) + ' ' + group.text(fresh));
    LockSupport.parkNanos(random.nextLong(TimeUnit.MILLISECONDS.toNanos(600)));
    switch (random.nextInt(4)) {
      case 0 -> group.kill(leader);
      case 1 -> group.kill(fresh);
      case 2 -> group.ids().forEach(group::kill);
      default -> group.kill(old);
    }
    died("replaced");
    if (group.runs(leader)) {
      asked.awaitAnyAnswer();
    }
    completeReplacement(old, fresh);
  }

  /** Until the one is a member, and the other is none. */
  private void completeReplacement(String old, String fresh) {
    group.startAll();
    Waiting.until(
        fresh + " in the place of " + old,
        MemberProcess.PATIENCE,
        () -> {
          MemberProcess leader = group.process(group.leader());
          List<String> members = List.of(leader.ask("members").split(",", -1));
          boolean in = members.contains(group.hostPort(fresh));
          boolean out = !members.contains(group.hostPort(old));
          if (!in && out) {
            throw new IllegalStateException(fresh + " is not among the members " + members);
          }
          if (!in || !out) {
            leader.tell("replace " + group.hostPort(old) + ' ' + group.text(fresh));
            String answer = leader.awaitAnyAnswer();
            if (!answer.startsWith("=")) {
              throw new LabFailure(answer); // a change is under way, or it leads no more
            }
          }
          return in && out;
        });
    group.forget(old);
  }

  /** Ends the turn of the owner, so that it is known what became of all its appends. */
  private void settle() {
    Workload here = remote;
    if (here != null) {
      here.end();
      boolean settled = here.awaitSettled(MemberProcess.PATIENCE);
      here.close();
      here.log().close();
      remote = null;
      if (!settled) {
        throw new LabFailure(
            "%d bytes do not become committed: %s"
                .formatted(here.log().uncommitted(), here.log().status()));
      }
      return;
    }
    boolean leads = owned();
    MemberProcess there = embedded;
    embedded = null;
    if (there != null && there.isAlive()) {
      there.tell("end");
      // One that does not lead does not settle before its turn is over.
      boolean answered = leads && !there.awaitAnyAnswer(Duration.ofSeconds(20)).isEmpty();
      takeOver();
      if (!answered) {
        there.awaitAnyAnswer(); // it did not lead any more: now its turn is over
      }
    } else {
      takeOver();
    }
  }

  private void takeOver() {
    OwnedLog log = group.own("settles", MemberProcess.PATIENCE);
    log.close();
  }

  private void compareAll() {
    boolean settles = true;
    long oldest = Long.MAX_VALUE;
    for (String id : group.ids()) {
      Found found = group.read(id, ledger.largestCommit());
      compare(id, found, settles);
      compareFiles(id, group.directory(id), found.end());
      settles = false;
      oldest = Math.min(oldest, found.first());
    }
    ledger.forgetBefore(oldest);
  }

  @Override
  void witness() {
    for (String id : group.ids()) {
      if (group.runs(id)) {
        group.process(id).witness(folder.resolve(id + ".threads"));
      }
    }
  }

  @Override
  void finish() {
    group.ids().forEach(group::quit);
  }

  @Override
  public void close() {
    Workload here = remote;
    if (here != null) {
      here.close();
      here.log().close();
    }
    group.close();
  }
}
