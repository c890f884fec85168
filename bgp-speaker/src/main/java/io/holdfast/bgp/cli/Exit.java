package io.holdfast.bgp.cli;

/** The exit codes. */
final class Exit {

  static final int OK = 0;

  /** Asked and answered: no. */
  static final int NEGATIVE = 1;

  /** Wrong usage, or a configuration file that cannot be used. */
  static final int USAGE = 2;

  /** There is no daemon to ask. */
  static final int UNREACHABLE = 3;

  private Exit() {}
}
