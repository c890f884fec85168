/**
 * The operator's command, {@code holdfast}: asks running daemons over their control sockets, reads
 * the log while nobody runs, and checks a configuration file.
 *
 * <p>It is a client and nothing else: what it shows was computed by a daemon, and {@code --json}
 * prints the daemon's answer as it came, with the version of the schema put in front ({@code
 * docs/control-protocol.md}). Tables are for people and may change.
 *
 * <p>Exit codes ({@link io.holdfast.bgp.cli.Exit}) are for scripts: 0 yes, 1 a negative answer (no
 * such peer, no such route, a damaged log), 2 wrong usage or configuration, 3 daemon not reachable.
 *
 * <p>A question reads only the part of the configuration that names the runtime folder, and does
 * not load the schema validator; {@code config check} does. Text from peers and files is printed
 * without control characters.
 *
 * <p>Thread: one, from main to exit.
 */
@NullMarked
package io.holdfast.bgp.cli;

import org.jspecify.annotations.NullMarked;
