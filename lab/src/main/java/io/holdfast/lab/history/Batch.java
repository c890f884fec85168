package io.holdfast.lab.history;

import org.jspecify.annotations.Nullable;

/**
 * One entry of the final log.
 *
 * @param position the bytes before it in the log
 * @param length in bytes
 * @param hash of its bytes
 * @param term of the leader that wrote it
 * @param epoch of the owner under whom it was written, by the log's own account
 * @param id from the start of its payload; null where there is none
 */
public record Batch(
    long position, int length, String hash, long term, long epoch, @Nullable BatchId id) {

  @Override
  public String toString() {
    return "batch "
        + (id == null ? "without a name" : id)
        + " (position "
        + position
        + ", "
        + length
        + " bytes, term "
        + term
        + ", epoch "
        + epoch
        + ")";
  }
}
