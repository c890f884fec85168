package io.holdfast.logstore.config;

/** A place in a text file; line and column count from 1. */
public record Mark(int line, int column) {

  /** Where nothing better is known. */
  static final Mark START = new Mark(1, 1);
}
