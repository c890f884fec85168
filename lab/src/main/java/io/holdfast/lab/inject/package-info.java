/**
 * Faults, injected into a running Holdfast from outside: signals, and (by a Java agent that exists
 * only in the lab's tests) the ways of dying that no signal gives.
 *
 * <p>A fault tells nobody: failoverd has to notice by itself, as it would in the field. All victims
 * are chosen by process id.
 *
 * <p>Threads: none of its own; a fault is injected by the caller's.
 */
@NullMarked
package io.holdfast.lab.inject;

import org.jspecify.annotations.NullMarked;
