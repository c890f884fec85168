package io.holdfast.lab.demo;

/**
 * One thing that has to hold.
 *
 * @param name what
 * @param holds whether it does
 * @param detail what was seen
 */
record Verdict(String name, boolean holds, String detail) {}
