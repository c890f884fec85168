package io.holdfast.lab.history;

/**
 * A batch that somebody was given as committed during the run.
 *
 * @param client who read
 * @param position where the batch began
 * @param length of what was read, in bytes
 * @param hash of its bytes
 * @param at when it had been read; nanoseconds
 */
public record Read(String client, long position, int length, String hash, long at) {

  @Override
  public String toString() {
    return "read by " + client + " at " + at + " (position " + position + ", " + length + " bytes)";
  }
}
