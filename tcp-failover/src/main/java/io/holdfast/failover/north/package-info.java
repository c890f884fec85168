/**
 * The north channel: the Unix domain socket between failoverd and the process whose connections it
 * keeps (the speaker).
 *
 * <p>The speaker is at the other end of a socket because it may die at any instruction. It is given
 * the log, in log order, from the oldest open connection on: replay and live delivery are the same
 * loop, and the speaker's state is a fold over what it is given. What it says comes back as OUTPUT
 * frames, named by a sequence number in its attach epoch. docs/north-channel.md has the frames.
 *
 * <p>{@link FrameType} is the one table of frames, {@link NorthCodec} their bytes, {@link
 * NorthServer} the socket; {@link NorthHandler} is where the pipeline begins. The client library is
 * {@code north.client}.
 *
 * <p>Owning thread: the server's one event loop, "north". It alone touches channels, readers and
 * per-channel state. The methods of {@link NorthServer} that the pipeline calls may be called from
 * any thread and only leave a message for it; they never block. The calls to {@link NorthHandler}
 * are made on it and may block (a full ring): the loop then reads nothing, and the kernel's socket
 * buffer is the backpressure.
 *
 * <p>Invariants: a channel's handler sees frames in the order of the socket, {@code hello} first
 * and {@code disconnected} last, once; nothing behind a fence; no speaker is given a byte that is
 * not committed, nor more than 16 MiB beyond what it says it has folded; no bytes of a speaker,
 * however wrong, do more than close its own channel.
 */
@NullMarked
package io.holdfast.failover.north;

import org.jspecify.annotations.NullMarked;
