package io.holdfast.lab.history;

/**
 * Something that must not be.
 *
 * @param rule that is broken
 * @param text one line that names the operations
 */
public record Finding(Rule rule, String text) {

  @Override
  public String toString() {
    return rule + ": " + text;
  }
}
