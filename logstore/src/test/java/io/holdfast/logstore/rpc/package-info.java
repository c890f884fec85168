/**
 * Tests of the transport: real certificates, real sockets on loopback, and peers that misbehave.
 */
@NullMarked
package io.holdfast.logstore.rpc;

import org.jspecify.annotations.NullMarked;
