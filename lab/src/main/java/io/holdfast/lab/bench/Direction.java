package io.holdfast.lab.bench;

/** Which way a bulk stream goes. */
enum Direction {
  /** From the peer to Holdfast: every byte is logged before it is acknowledged. */
  UP("peer to Holdfast"),

  /** From Holdfast to the peer: every byte is logged before it is sent. */
  DOWN("Holdfast to peer");

  private final String text;

  Direction(String text) {
    this.text = text;
  }

  @Override
  public String toString() {
    return text;
  }
}
