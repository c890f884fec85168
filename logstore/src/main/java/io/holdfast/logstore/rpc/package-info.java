/**
 * How members of the log, and those who use it from another machine, talk to one another: frames
 * over TLS 1.3 with certificates on both sides, on Netty.
 *
 * <pre>
 *   u32 length of what follows | u8 type | u64 request id | body
 *
 *   type    1        hello: the first frame of the side that dials, then of the side that accepts
 *           2 - 63   Raft: one protobuf message of {@link io.holdfast.logstore.rpc.RaftMessage}
 *          64 - 127  services: the body belongs to whoever registered the handler
 *          + 128     the answer to it (for a hello: the reason of a refusal, as text)
 * </pre>
 *
 * {@link io.holdfast.logstore.rpc.Transport} is the door: it listens, dials, and owns the threads.
 * To SOFAJRaft it shows itself through {@link io.holdfast.logstore.rpc.NettyRaftRpcFactory} and
 * {@link io.holdfast.logstore.rpc.RaftServer}; to the log's clients through {@link
 * io.holdfast.logstore.rpc.ServiceChannel} and {@link io.holdfast.logstore.rpc.ServiceHandler}.
 *
 * <p>Who may speak: a peer whose certificate our authority signed, and whose hello the {@link
 * io.holdfast.logstore.rpc.HelloHandler} accepts. The side that dials also demands that the
 * certificate names the host it dialled (RFC 9525). Replay, reordering and change of bytes are
 * TLS's to refuse (RFC 8446 section 5.2: the sequence number is part of each record's nonce); there
 * is no early data. Whatever does not fit ends the connection and is logged once for each remote
 * address and reason.
 *
 * <p>Threads: a connection belongs to one event loop, which decodes and hands on in order of
 * arrival and runs nothing that blocks. Requests of Raft run on the executor that their processor
 * names (for pipelined appends JRaft names one for each pair of peers, which keeps their order),
 * else on the transport's workers. Calls may be made from any thread; what is to be sent is encoded
 * there and collected into few flushes.
 *
 * <p>Bounds: a frame is at most 20 MiB (64 KiB before the hello is done), and memory for one is
 * taken as it arrives; 64 connections at most are on their way to a hello, for 5 s at most; a
 * connection keeps at most 16 MiB unsent, beyond which calls fail at once, and is not read while 32
 * MiB of requests are in hand.
 *
 * <p>What it must not know: the log, its files, what a service's bytes mean.
 */
@NullMarked
package io.holdfast.logstore.rpc;

import org.jspecify.annotations.NullMarked;
