package io.holdfast.failover.pipeline;

/** Who wants to speak: what it calls itself, and its process id as the kernel gives it. */
record SpeakerIdentity(String build, int pid) {}
