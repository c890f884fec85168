package io.holdfast.lab.log;

import org.junit.jupiter.api.Tag;

/** The suite where three log servers keep the log of an owner on another machine. */
@Tag("log-lab")
class ThreeServersTest extends PlacementSuite {
  ThreeServersTest() {
    super(LogCluster.Placement.THREE_SERVERS);
  }
}
