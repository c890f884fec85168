package io.holdfast.lab.log;

/** The suite where three log servers keep the log of an owner on another machine. */
class ThreeServersTest extends PlacementOfThreeSuite {
  ThreeServersTest() {
    super(LogCluster.Placement.THREE_SERVERS);
  }
}
