/**
 * Network namespaces, the cables between them, and the processes that run inside.
 *
 * <p>A topology of the lab is a handful of network namespaces on one machine. Every namespace's
 * name begins with the {@link io.holdfast.lab.net.Owner}: {@code hf<pid>} for what lives as long as
 * one JVM, {@code hf-<name>} for what {@code lab/up} leaves standing. Everything that is made here
 * is {@link java.lang.AutoCloseable} and is also known to {@link io.holdfast.lab.net.Teardown},
 * whose shutdown hook closes it in reverse order, so Ctrl-C, an exception and a normal end leave
 * the same thing behind: nothing. What a killed JVM left is found by name and process id and
 * removed by the {@link io.holdfast.lab.net.Janitor}.
 *
 * <p>Invariants: only processes in a namespace of the lab, or started by it, are ever signalled,
 * and always by process id. Netfilter rules are never removed one by one: they die with their
 * namespace. The machine's own namespace is not touched.
 *
 * <p>Threads: all types here are safe for use by several threads; a namespace is closed once.
 */
@NullMarked
package io.holdfast.lab.net;

import org.jspecify.annotations.NullMarked;
