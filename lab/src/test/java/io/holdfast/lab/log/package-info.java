/**
 * Acceptance tests of the log: one suite on every placement, and elections. Members are processes
 * in network namespaces of their own; the witness reads their files.
 */
@NullMarked
package io.holdfast.lab.log;

import org.jspecify.annotations.NullMarked;
