package io.holdfast.lab.log;

/**
 * The suite where the owner's process has the member that leads, and two log servers the others,
 * which never lead.
 */
class ThreeMembersTest extends PlacementOfThreeSuite {
  ThreeMembersTest() {
    super(LogCluster.Placement.THREE_MEMBERS);
  }
}
