/** Tests of the log on other machines: a group in memory, a network that cuts where it is told. */
@org.jspecify.annotations.NullUnmarked
package io.holdfast.logstore.remote;
