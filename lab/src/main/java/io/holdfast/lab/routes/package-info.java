/**
 * Route tables for the lab, and two small BGP speakers that send and receive them.
 *
 * <p>A {@link io.holdfast.lab.routes.RouteTable} is what one router would announce: attribute sets
 * with their prefixes. It comes from an MRT file ({@link io.holdfast.lab.routes.MrtTable}) or is
 * made up in the shape of the public table ({@link io.holdfast.lab.routes.TableGenerator}), the
 * same for the same seed on every machine. {@link io.holdfast.lab.routes.RouteFeeder} sends it as
 * fast as TCP takes it and keeps the session; {@link io.holdfast.lab.routes.RouteReader} collects
 * what it is told. Both stand on {@link io.holdfast.lab.routes.BgpEndpoint}, a session over a plain
 * blocking socket that shares the codec with Holdfast but none of its state machine, timers or
 * tables.
 *
 * <p>The mains run inside a network namespace; they write one JSON object a line to standard output
 * for what happened and take commands, one a line, from standard input (see {@link
 * io.holdfast.lab.routes.RouteFeederMain} and {@link io.holdfast.lab.routes.RouteReaderMain}). They
 * end when standard input does, so that they do not outlive the test that started them.
 *
 * <p>Threads: an endpoint has a reading thread, on which its listener is called, and a timer
 * thread; whole messages are written under one lock.
 */
@NullMarked
package io.holdfast.lab.routes;

import org.jspecify.annotations.NullMarked;
