/**
 * The control protocol: questions to a running daemon, JSON lines over a Unix socket. The wire
 * format and every answer are described in {@code docs/control-protocol.md}.
 *
 * <p>{@link io.holdfast.logstore.control.ControlServer} is the daemon's side. It lives on a Netty
 * event loop of its own or on one that the daemon has anyway; a command runs on the executor that
 * the daemon gives (the thread that owns the state asked about), so commands need no locks. {@link
 * io.holdfast.logstore.control.ControlClient} is the other side, in plain JDK classes, because a
 * command-line tool that loads Netty is a slow one.
 *
 * <p>Invariants: nobody but root, the daemon's own user and members of the group {@code holdfast}
 * is answered (the socket's mode says so, and the peer's credentials from the kernel say so again,
 * for a mode can be changed by accident); a client can neither make the daemon hold more than one
 * request and one answer for it, nor keep it waiting; a request never takes the daemon down.
 *
 * <p>What it must not know: anything about what the commands ask.
 */
@NullMarked
package io.holdfast.logstore.control;

import org.jspecify.annotations.NullMarked;
