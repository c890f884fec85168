package io.holdfast.bgp.session;

import io.holdfast.bgp.wire.message.Notification;

/**
 * A NOTIFICATION, and when it was sent or received.
 *
 * @param micros since 1970
 */
public record SeenNotification(long micros, Notification notification) {}
