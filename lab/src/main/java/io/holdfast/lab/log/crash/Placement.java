package io.holdfast.lab.log.crash;

/** Where a log of the crash rounds is kept, and how. */
enum Placement {
  ALONE(false, false),
  ALONE_SYNCED(false, true),
  THREE(true, false),
  THREE_SYNCED(true, true);

  private final boolean three;
  private final boolean sync;

  Placement(boolean three, boolean sync) {
    this.three = three;
    this.sync = sync;
  }

  boolean three() {
    return three;
  }

  boolean sync() {
    return sync;
  }

  @Override
  public String toString() {
    return (three ? "three members, " : "alone, ") + (sync ? "synced" : "unsynced");
  }
}
