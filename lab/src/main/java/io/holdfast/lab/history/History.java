package io.holdfast.lab.history;

import java.util.List;

/**
 * A run: what the clients did, and what the log holds in the end.
 *
 * @param appends in any order, each id once
 * @param reads in any order
 * @param first where the final log begins; above 0 if it was trimmed
 * @param log the batches of the final log in its order; walked once
 */
public record History(List<Append> appends, List<Read> reads, long first, Iterable<Batch> log) {}
