package io.holdfast.lab.log;

import org.junit.jupiter.api.Tag;

/**
 * The suite where the owner's process has a member, and two log servers the others, of which one
 * never leads.
 */
@Tag("log-lab")
class ThreeMembersTest extends PlacementSuite {
  ThreeMembersTest() {
    super(LogCluster.Placement.THREE_MEMBERS);
  }
}
