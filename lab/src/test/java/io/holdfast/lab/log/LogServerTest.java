package io.holdfast.lab.log;

/** The suite where one log server keeps the log of an owner on another machine. */
class LogServerTest extends PlacementSuite {
  LogServerTest() {
    super(LogCluster.Placement.LOG_SERVER);
  }
}
