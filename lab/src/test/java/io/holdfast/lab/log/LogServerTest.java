package io.holdfast.lab.log;

import org.junit.jupiter.api.Tag;

/** The suite where one log server keeps the log of an owner on another machine. */
@Tag("log-lab")
class LogServerTest extends PlacementSuite {
  LogServerTest() {
    super(LogCluster.Placement.LOG_SERVER);
  }
}
