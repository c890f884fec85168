/**
 * What {@code lab/bench} runs: small services and clients that measure from outside, as a peer
 * would. Each figure is a ratio or a median of runs in one go; timings live here and never in
 * tests.
 */
@NullMarked
package io.holdfast.lab.bench;

import org.jspecify.annotations.NullMarked;
