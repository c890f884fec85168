package io.holdfast.lab.log;

/**
 * The suite where the owner's process has a member, and two log servers the others, of which one
 * never leads.
 */
class ThreeMembersTest extends PlacementSuite {
  ThreeMembersTest() {
    super(LogCluster.Placement.THREE_MEMBERS);
  }
}
