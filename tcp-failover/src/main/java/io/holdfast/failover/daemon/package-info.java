/**
 * failoverd's configuration and main: reads the file, wires the parts, and runs until it is told to
 * stop.
 *
 * <p>{@link io.holdfast.failover.daemon.FailoverConfig} is also read by the other daemons, for what
 * all share: the runtime folder with its sockets, the transport, the folder of the log. failoverd
 * knows the fragments of the schema of {@code logstore} and {@code tcp-failover} and leaves
 * top-level keys of other modules alone; it must start with a configuration whose peers are wrong,
 * for it owns the sessions of the last one that was right.
 */
@NullMarked
package io.holdfast.failover.daemon;

import org.jspecify.annotations.NullMarked;
