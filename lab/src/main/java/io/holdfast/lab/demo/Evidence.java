package io.holdfast.lab.demo;

import io.holdfast.lab.capture.BgpMessage;
import io.holdfast.lab.capture.BgpMessages;
import io.holdfast.lab.capture.Capture;
import io.holdfast.lab.capture.TcpConversation;
import io.holdfast.lab.capture.TcpDirection;
import io.holdfast.lab.capture.TcpStreams;
import io.holdfast.lab.topology.PairOfPeers;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What the capture of Holdfast's two cables shows of the time since both sessions were up.
 *
 * @param notifications NOTIFICATIONs, in either direction on either cable
 * @param fins segments with FIN
 * @param resets segments with RST
 * @param opens OPENs: each one would be a second one
 * @param updates UPDATEs of Holdfast's
 * @param keepalives KEEPALIVEs of Holdfast's
 * @param falseWithdrawals withdrawals of routes that were valid, in words
 * @param flaws streams that are no BGP, or that contradict themselves
 * @param silences for each death the milliseconds until Holdfast's next UPDATE on either cable
 * @param deathsAmidUpdates deaths with an UPDATE of anybody's less than 20 ms before and less than
 *     20 ms after
 */
public record Evidence(
    long notifications,
    long fins,
    long resets,
    long opens,
    long updates,
    long keepalives,
    List<String> falseWithdrawals,
    List<String> flaws,
    List<Long> silences,
    long deathsAmidUpdates) {

  private static final long AMID_MICROS = 20_000;

  /** How far back a withdrawal by the announcer may lie that Holdfast passes on: an outage. */
  private static final long WITHDRAWAL_DELAY_MICROS = 15_000_000;

  /** One route event, at its time. */
  private record RouteEvent(long micros, boolean fromHoldfast, boolean withdraw, String prefix) {}

  /** One cable's part. */
  private record Cable(String peer, TcpStreams streams) {

    List<BgpMessage> messages(boolean fromPeer) {
      List<BgpMessage> messages = new ArrayList<>();
      for (TcpConversation conversation : streams.bgp()) {
        TcpDirection direction = fromPeer ? conversation.from(peer) : conversation.to(peer);
        messages.addAll(BgpMessages.in(direction).messages());
      }
      return messages;
    }

    long flags(String name, long since) {
      return streams.bgp().stream()
          .flatMap(conversation -> conversation.directions().stream())
          .mapToLong(direction -> direction.count(name, since))
          .sum();
    }

    List<String> flaws() {
      List<String> flaws = new ArrayList<>();
      for (TcpConversation conversation : streams.bgp()) {
        for (TcpDirection direction : conversation.directions()) {
          String flaw = BgpMessages.in(direction).flaw();
          if (!flaw.isEmpty()) {
            flaws.add(direction.from() + ": " + flaw);
          }
          direction.contradictions().forEach(c -> flaws.add(direction.from() + ": " + c));
        }
      }
      return flaws;
    }
  }

  /**
   * Reads a capture, whether it has been stopped or still goes on.
   *
   * @param since microseconds since 1970: from when on nothing may have happened
   */
  public static Evidence since(Capture capture, long since) {
    return of(capture, since, List.of());
  }

  /**
   * Reads a capture that has been stopped.
   *
   * @param since microseconds since 1970: from when on nothing may have happened
   * @param deaths when the speaker was killed
   */
  static Evidence of(Capture capture, long since, List<Progress.Death> deaths) {
    Cable a = new Cable(PairOfPeers.A, TcpStreams.read(capture.file(PairOfPeers.DEVICE_A)));
    Cable b = new Cable(PairOfPeers.B, TcpStreams.read(capture.file(PairOfPeers.DEVICE_B)));
    List<BgpMessage> fromA = a.messages(true);
    List<BgpMessage> toA = a.messages(false);
    List<BgpMessage> fromB = b.messages(true);
    List<BgpMessage> toB = b.messages(false);
    List<BgpMessage> ours = new ArrayList<>(toA);
    ours.addAll(toB);
    List<BgpMessage> all = new ArrayList<>(ours);
    all.addAll(fromA);
    all.addAll(fromB);
    List<String> falseWithdrawals = new ArrayList<>(falseWithdrawals(fromA, toB, since));
    falseWithdrawals.addAll(falseWithdrawals(fromB, toA, since));
    List<String> flaws = new ArrayList<>(a.flaws());
    flaws.addAll(b.flaws());
    return new Evidence(
        count(all, BgpMessage.NOTIFICATION, since),
        a.flags("FIN", since) + b.flags("FIN", since),
        a.flags("RST", since) + b.flags("RST", since),
        count(all, BgpMessage.OPEN, since),
        count(ours, BgpMessage.UPDATE, since),
        count(ours, BgpMessage.KEEPALIVE, since),
        List.copyOf(falseWithdrawals),
        List.copyOf(flaws),
        silences(ours, deaths),
        deaths.stream().filter(death -> isAmidUpdates(death, all)).count());
  }

  private static boolean isAmidUpdates(Progress.Death death, List<BgpMessage> all) {
    boolean before = false;
    boolean after = false;
    for (BgpMessage message : all) {
      if (message.type() == BgpMessage.UPDATE) {
        long since = message.micros() - death.micros();
        before |= since <= 0 && since > -AMID_MICROS;
        after |= since > 0 && since < AMID_MICROS;
      }
    }
    return before && after;
  }

  private static long count(List<BgpMessage> messages, int type, long since) {
    return messages.stream()
        .filter(message -> message.type() == type && message.micros() >= since)
        .count();
  }

  private static List<Long> silences(List<BgpMessage> ours, List<Progress.Death> deaths) {
    List<Long> silences = new ArrayList<>();
    for (Progress.Death death : deaths) {
      OptionalLong next =
          ours.stream()
              .filter(m -> m.type() == BgpMessage.UPDATE && m.micros() > death.micros())
              .mapToLong(BgpMessage::micros)
              .min();
      next.ifPresent(micros -> silences.add((micros - death.micros()) / 1000));
    }
    return List.copyOf(silences);
  }

  /**
   * Withdrawals that Holdfast sent to one peer of routes that the other peer had announced and not
   * withdrawn. A withdrawal is true when the route is withdrawn at that time, or was a short while
   * before (Holdfast is behind, it is no prophet), and each withdrawal of the announcer's accounts
   * for one of Holdfast's.
   */
  static List<String> falseWithdrawals(
      List<BgpMessage> announcer, List<BgpMessage> holdfast, long since) {
    List<RouteEvent> events = new ArrayList<>();
    announcer.forEach(message -> events(message, false, events));
    holdfast.forEach(message -> events(message, true, events));
    events.sort(Comparator.comparingLong(RouteEvent::micros));
    Map<String, Account> accounts = new HashMap<>();
    List<String> found = new ArrayList<>();
    for (RouteEvent event : events) {
      Account account = accounts.computeIfAbsent(event.prefix(), prefix -> new Account());
      if (!account.isSound(event) && event.micros() >= since) {
        found.add(event.prefix());
      }
    }
    return found;
  }

  private static void events(BgpMessage message, boolean fromHoldfast, List<RouteEvent> into) {
    long micros = message.micros();
    message
        .withdrawn()
        .forEach(prefix -> into.add(new RouteEvent(micros, fromHoldfast, true, prefix)));
    message
        .announced()
        .forEach(prefix -> into.add(new RouteEvent(micros, fromHoldfast, false, prefix)));
  }

  /** What happened to one prefix so far. */
  private static final class Account {
    private boolean valid;
    private long withdrawnAt = Long.MIN_VALUE / 2;
    private int withdrawnByAnnouncer;
    private int withdrawnByHoldfast;

    /** Books an event; false when it is a withdrawal that nothing accounts for. */
    boolean isSound(RouteEvent event) {
      if (!event.fromHoldfast()) {
        valid = !event.withdraw();
        if (event.withdraw()) {
          withdrawnAt = event.micros();
          withdrawnByAnnouncer++;
        }
        return true;
      }
      if (!event.withdraw()) {
        return true;
      }
      withdrawnByHoldfast++;
      boolean accounted = withdrawnByHoldfast <= withdrawnByAnnouncer;
      boolean recent = event.micros() - withdrawnAt < WITHDRAWAL_DELAY_MICROS;
      return accounted && (!valid || recent);
    }
  }
}
