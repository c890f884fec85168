package io.holdfast.lab.bench;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One thing that was measured.
 *
 * @param name what it is, unique in its bench
 * @param unit of all its values
 * @param aim what it should reach; null where it is only shown
 * @param runs the values in the order of the runs, one or more
 */
public record Figure(String name, String unit, @Nullable Aim aim, List<Double> runs) {

  public Figure {
    runs = List.copyOf(runs);
    if (runs.isEmpty()) {
      throw new IllegalArgumentException("no run of " + name);
    }
  }

  /** The median of the runs. */
  public double value() {
    List<Double> sorted = runs.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  /** The smallest run. */
  public double min() {
    return runs.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
  }

  /** The largest run. */
  public double max() {
    return runs.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
  }

  /** Whether the median reaches the aim; true where there is none. */
  public boolean holds() {
    return aim == null || aim.reachedBy(value());
  }

  /** Whether the bench has failed by this figure alone. */
  public boolean fails() {
    return aim != null && aim.required() && !holds();
  }
}
