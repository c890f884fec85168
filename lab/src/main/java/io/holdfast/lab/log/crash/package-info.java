/**
 * Members of the log that die, run out of space, wait for their disks, and are lied to by them.
 *
 * <p>A {@link io.holdfast.lab.log.crash.MemberMain} is one member in a process of its own, told
 * what to do on its standard input; what it says on its standard output is all that the parent
 * believes, for it outlives a SIGKILL. A {@link io.holdfast.lab.log.crash.Workload} owns the log
 * for a while and appends, flushes and trims as its seed says; a {@link
 * io.holdfast.lab.log.crash.Ledger} keeps what was appended and what was told committed, and
 * compares both with what the members hold after each crash, by the rules of {@link
 * io.holdfast.lab.history}.
 *
 * <pre>
 *   CrashMatrix -> Lane (one placement) -> Group -> MemberProcess = MemberMain
 *                    |                                                 |
 *                  Ledger <------- invoked, committed, trimmed ---- Workload
 * </pre>
 *
 * <p>Where a process dies is decided twice: by time, and by place. For a place its {@link
 * io.holdfast.lab.log.crash.TroubledDisk} stops for ever in the midst of the n-th write, sync,
 * link, ... and says so; then the parent kills it. Everything random comes from one seed, but for
 * the scheduler's part, which no seed repeats.
 *
 * <p>Owning threads: a lane has one; each member process has one that reads its output.
 */
@NullMarked
package io.holdfast.lab.log.crash;

import org.jspecify.annotations.NullMarked;
