/**
 * The agent that poisons a JVM: it is loaded into a running daemon and makes it die in a way that
 * no signal gives. It exists in the lab's tests only, is packaged as a jar of its own, knows the
 * product by the names of two classes, and tells failoverd nothing.
 *
 * <p>Threads: the attach listener's, and one of its own for what must not happen on that.
 */
@NullMarked
package io.holdfast.lab.agent;

import org.jspecify.annotations.NullMarked;
