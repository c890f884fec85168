package io.holdfast.lab.log;

import org.junit.jupiter.api.Tag;

/** The suite where the log is in the owner's process and nowhere else. */
@Tag("log-lab")
class AloneTest extends PlacementSuite {
  AloneTest() {
    super(LogCluster.Placement.ALONE);
  }
}
