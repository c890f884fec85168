/**
 * bgpd: the process around the speaker. Main, event loop, transports, answers to questions.
 *
 * <p>One thread, a Netty event loop, owns everything: it reads the north channel (or the TCP
 * sockets of {@code transport: direct}), folds, decides, sends, beats and answers the control
 * socket. So there is nothing to lock, and a fold that hangs takes the heartbeat with it, as it
 * should: a speaker that cannot fold is dead. Work that takes long is done in turns of some
 * milliseconds ({@link io.holdfast.bgp.daemon.SpeakerLoop}).
 *
 * <p>An exception out of the fold ends the process at once: state that is half changed must not
 * speak, and the next speaker has the log.
 *
 * <p>What it must not know: BGP beyond the names of things; that is {@code session} and below. It
 * makes no native calls and needs no privileges (but the port, with {@code transport: direct}).
 */
@NullMarked
package io.holdfast.bgp.daemon;

import org.jspecify.annotations.NullMarked;
