package io.holdfast.lab.demo;

import io.holdfast.lab.frr.NeighborView;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is known of a run so far; written by its threads, read by the view. */
final class Progress {

  /**
   * A killed speaker.
   *
   * @param number from 1
   * @param micros when, since 1970
   * @param pid its process
   * @param recovering whether it was killed before it had recovered from the last death
   */
  record Death(int number, long micros, long pid, boolean recovering) {}

  private final String title;
  private final List<Death> deaths = new ArrayList<>();
  private String phase = "starting";
  private int segment;
  private int segments;
  private int equalTables;
  private int routeChanges;
  private @Nullable NeighborView a;
  private @Nullable NeighborView b;
  private String speaker = "";

  Progress(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }

  synchronized void phase(String text) {
    phase = text;
  }

  synchronized String phase() {
    return phase;
  }

  synchronized void segment(int number, int of) {
    segment = number;
    segments = of;
  }

  synchronized int segment() {
    return segment;
  }

  synchronized int segments() {
    return segments;
  }

  synchronized void death(Death death) {
    deaths.add(death);
  }

  synchronized List<Death> deaths() {
    return List.copyOf(deaths);
  }

  synchronized void tablesWereEqual() {
    equalTables++;
  }

  synchronized int equalTables() {
    return equalTables;
  }

  synchronized void routesChanged(int count) {
    routeChanges += count;
  }

  synchronized int routeChanges() {
    return routeChanges;
  }

  synchronized void seen(NeighborView seenByA, NeighborView seenByB, String speakerNow) {
    a = seenByA;
    b = seenByB;
    speaker = speakerNow;
  }

  synchronized Optional<NeighborView> a() {
    return Optional.ofNullable(a);
  }

  synchronized Optional<NeighborView> b() {
    return Optional.ofNullable(b);
  }

  synchronized String speaker() {
    return speaker;
  }
}
