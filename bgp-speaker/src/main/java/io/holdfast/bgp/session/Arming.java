package io.holdfast.bgp.session;

import io.holdfast.bgp.wire.message.Notification;

/**
 * What keeps a session alive while the speaker is away.
 *
 * @param keepaliveMillis between KEEPALIVEs, 0: none
 * @param silenceMillis how long the peer may be silent (the hold time), 0: for ever
 * @param forSilence farewell to a peer that was silent for longer
 * @param forAbsence farewell if the speaker stays away for too long
 */
public record Arming(
    int keepaliveMillis, int silenceMillis, Notification forSilence, Notification forAbsence) {}
