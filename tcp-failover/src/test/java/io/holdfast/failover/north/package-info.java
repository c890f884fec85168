/**
 * Tests of the north channel over real Unix sockets, with a log in memory and a hand-made pipeline.
 */
@NullMarked
package io.holdfast.failover.north;

import org.jspecify.annotations.NullMarked;
