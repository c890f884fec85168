package io.holdfast.lab.history;

/**
 * One append as its client saw it.
 *
 * @param position the bytes before it in the log, as it was submitted
 * @param length of the batch in bytes
 * @param hash of its bytes
 * @param invokedAt before it was handed over; nanoseconds
 * @param completedAt after the outcome was known; {@link Long#MAX_VALUE} where it never was
 */
public record Append(
    BatchId id,
    long position,
    int length,
    String hash,
    long invokedAt,
    long completedAt,
    Outcome outcome) {

  @Override
  public String toString() {
    return "append " + id + " (position " + position + ", " + length + " bytes)";
  }
}
