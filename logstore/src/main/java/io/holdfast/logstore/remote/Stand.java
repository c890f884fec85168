package io.holdfast.logstore.remote;

/**
 * One time that a turn goes on at a server, from the grant until that is lost. What is answered to
 * an earlier one says nothing about a later one, though it may be on the same connection.
 *
 * @param number in the turn, from 1
 * @param epoch of the turn
 */
record Stand(int number, long epoch, Link link, Dialer.Wire wire) {}
