package io.holdfast.lab.demo;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * How a run under kills ended.
 *
 * @param deaths the speakers that were killed
 * @param a what FRR a went through
 * @param b what FRR b went through
 * @param evidence what the capture shows
 * @param segments how many stretches the run had
 * @param differences the stretches after which a table was not that of the control run
 */
record Outcome(
    List<Progress.Death> deaths,
    Witness.Testimony a,
    Witness.Testimony b,
    Evidence evidence,
    int segments,
    List<String> differences) {

  /** What has to hold of a protected run with so many kills. */
  List<Verdict> verdicts(int kills) {
    List<Verdict> verdicts = new ArrayList<>();
    long recovering = deaths.stream().filter(Progress.Death::recovering).count();
    verdicts.add(
        new Verdict(
            "speakers killed",
            deaths.size() == kills,
            "%d of %d: %d amid UPDATEs, %d while recovering"
                .formatted(deaths.size(), kills, evidence.deathsAmidUpdates(), recovering)));
    session("FRR a", a, verdicts);
    session("FRR b", b, verdicts);
    none("NOTIFICATION in the capture", evidence.notifications(), verdicts);
    none("FIN in the capture", evidence.fins(), verdicts);
    none("RST in the capture", evidence.resets(), verdicts);
    none("second OPEN in the capture", evidence.opens(), verdicts);
    listed("withdrawal of a valid route", evidence.falseWithdrawals(), verdicts);
    listed("flaw in a stream", evidence.flaws(), verdicts);
    verdicts.add(
        new Verdict(
            "tables equal those of the control run",
            differences.isEmpty(),
            segments - differences.size() + " of " + segments + " times" + shortened(differences)));
    return verdicts;
  }

  private static void session(String name, Witness.Testimony testimony, List<Verdict> verdicts) {
    verdicts.add(
        new Verdict(
            name + ": connectionsDropped",
            testimony.drops() == 0,
            testimony.drops() + " more than before"));
    verdicts.add(
        new Verdict(
            name + ": peerUptimeMsec unbroken",
            !testimony.uptimeBroken(),
            testimony.uptimeMillis() / 1000 + " s"));
  }

  private static void none(String name, long count, List<Verdict> verdicts) {
    verdicts.add(new Verdict("no " + name, count == 0, Long.toString(count)));
  }

  private static void listed(String name, List<String> found, List<Verdict> verdicts) {
    verdicts.add(new Verdict("no " + name, found.isEmpty(), found.size() + shortened(found)));
  }

  private static String shortened(List<String> found) {
    return found.isEmpty()
        ? ""
        : ": " + String.join("; ", found.subList(0, Math.min(3, found.size())));
  }

  /** What has to hold of the contrast run: without protection each peer loses its session. */
  List<Verdict> contrastVerdicts() {
    return List.of(
        contrast("FRR a", a),
        contrast("FRR b", b),
        new Verdict(
            "contrast: the end of a connection is in the capture",
            evidence.fins() + evidence.resets() > 0,
            evidence.fins() + " FIN, " + evidence.resets() + " RST"));
  }

  private static Verdict contrast(String name, Witness.Testimony testimony) {
    return new Verdict(
        "contrast: " + name + " loses its session",
        testimony.drops() > 0,
        testimony.drops() + " drops");
  }

  /** The longest time from a kill to Holdfast's next UPDATE, milliseconds; −1 when unknown. */
  long longestSilenceMillis() {
    return evidence.silences().isEmpty() ? -1 : Collections.max(evidence.silences());
  }

  /** Half of the times from a kill to Holdfast's next UPDATE are shorter; −1 when unknown. */
  long medianSilenceMillis() {
    List<Long> sorted = evidence.silences().stream().sorted().toList();
    return sorted.isEmpty() ? -1 : sorted.get(sorted.size() / 2);
  }
}
