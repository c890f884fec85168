/**
 * Everything that calls the kernel directly: netfilter queues, raw descriptors, epoll, Unix sockets
 * with descriptor passing, process descriptors. No other package makes native calls.
 *
 * <h2>Shape</h2>
 *
 * All calls go through {@link java.lang.foreign} (no JNI, no library of our own: decision 0004). A
 * descriptor is an {@code int}. A call that is made for every segment or read allocates nothing:
 * its memory was taken when its object was made, its method handle is a static constant, and it
 * answers with a number, where a negative one is {@code -errno} ({@link Errno} names it). Calls
 * that happen once (open, bind, listen) throw {@link LinuxException}, which names the call and the
 * errno.
 *
 * <p>Every descriptor that is made here is close-on-exec: a child that inherited the netfilter
 * queue would keep it bound after its parent's death, and a child that inherited a connection would
 * keep the peer's session from ending. Every socket is non-blocking.
 *
 * <h2>Threads</h2>
 *
 * An object belongs to the thread that calls it, because it keeps the memory of its calls, with two
 * exceptions that their documentation states: {@link EventFd#wake()} is for other threads, and
 * {@link NetfilterQueue} has a receiving side and a verdict side, which may be two threads.
 *
 * <h2>Seams</h2>
 *
 * What the logic of failoverd sees of the kernel are two small interfaces, {@link SegmentQueue} and
 * {@link Sockets}, so that it is tested with fakes, without privileges.
 *
 * <p>References: netlink(7), tcp(7), unix(7), epoll(7); linux/netfilter/nfnetlink_queue.h; RFC 9293
 * for the states in {@link TcpInfo}.
 */
@NullMarked
package io.holdfast.failover.linux;

import org.jspecify.annotations.NullMarked;
