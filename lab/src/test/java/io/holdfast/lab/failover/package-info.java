/**
 * The failover layer with the real kernel and without BGP: failoverd in a namespace of its own, a
 * service that speaks the north channel, a peer that knows only TCP, and a capture at the peer's
 * side as the witness. Every stream is a function of its seed, so that each end can tell whether a
 * byte is the right one.
 */
@NullMarked
package io.holdfast.lab.failover;

import org.jspecify.annotations.NullMarked;
