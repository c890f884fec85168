/**
 * The log server: {@code bin/logd}, a member of the log without a router beside it, and the control
 * commands that every member answers.
 *
 * <p>logd reads of the configuration file the section {@code failover.log} and the folder of its
 * control socket, and nothing else, so that the file of a router can be given to it. It starts the
 * member, serves the log to owners on other machines (package {@code remote}), and answers {@code
 * log.status}, {@code log.streams}, {@code log.members} and {@code log.force-leader} on {@code
 * logd.control}. {@link io.holdfast.logstore.logd.LogCommands} answers the same in failoverd, whose
 * member is embedded, or whose log is elsewhere.
 *
 * <p>It holds no state of its own: what it knows is in the member's folder, so it may be killed at
 * any instruction.
 *
 * <p>Threads: {@code control} runs the commands, one at a time; everything else belongs to the
 * member and its transport.
 */
@NullMarked
package io.holdfast.logstore.logd;

import org.jspecify.annotations.NullMarked;
