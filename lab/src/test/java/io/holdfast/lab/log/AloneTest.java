package io.holdfast.lab.log;

/** The suite where the log is in the owner's process and nowhere else. */
class AloneTest extends PlacementSuite {
  AloneTest() {
    super(LogCluster.Placement.ALONE);
  }
}
