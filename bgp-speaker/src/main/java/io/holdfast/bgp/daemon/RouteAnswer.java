package io.holdfast.bgp.daemon;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.bgp.decision.Choice;
import io.holdfast.bgp.rib.Rib;
import io.holdfast.bgp.rib.Rib.Contender;
import io.holdfast.bgp.wire.attribute.PathAttributes;
import io.holdfast.bgp.wire.nlri.Prefixes;
import io.holdfast.logstore.control.ControlException;
import java.util.Arrays;
import java.util.List;
import org.agrona.collections.LongArrayList;
import org.jspecify.annotations.Nullable;

/** The answer to {@code show.bgp.ipv4.unicast}. */
final class RouteAnswer {
  private static final int MOST_ROUTES = 10_000;
  private static final long NONE = -1;

  private final Rib rib;
  private final ObjectNode answer = JsonNodeFactory.instance.objectNode();
  private final ArrayNode routes = answer.putArray("routes");

  private RouteAnswer(Rib rib) {
    this.rib = rib;
  }

  /**
   * @param asked a prefix or an address, or null for all
   */
  static ObjectNode of(Rib rib, @Nullable String asked) throws ControlException {
    RouteAnswer answer = new RouteAnswer(rib);
    return asked == null ? answer.all() : answer.longestMatch(parse(asked));
  }

  private static long parse(String asked) throws ControlException {
    try {
      return asked.indexOf('/') < 0
          ? Prefixes.of(Prefixes.parseAddress(asked), 32)
          : Prefixes.parse(asked);
    } catch (IllegalArgumentException e) {
      throw new ControlException(e.getMessage() == null ? asked : e.getMessage());
    }
  }

  private ObjectNode all() {
    LongArrayList prefixes = new LongArrayList();
    rib.forEachPrefix(prefixes::addLong);
    long[] sorted = prefixes.toLongArray();
    Arrays.sort(sorted);
    int done = 0;
    while (done < sorted.length && routes.size() < MOST_ROUTES) {
      add(sorted[done++]);
    }
    return answer.put("truncated", done < sorted.length);
  }

  private ObjectNode longestMatch(long asked) {
    long found = NONE;
    for (int length = Prefixes.length(asked); length >= 0 && found == NONE; length--) {
      long candidate = Prefixes.of(Prefixes.address(asked), length);
      found = rib.best(candidate) == null ? NONE : candidate;
    }
    if (found != NONE) {
      add(found);
    }
    return answer.put("truncated", false);
  }

  /** All routes for a prefix, the best first. */
  private void add(long prefix) {
    List<Contender> contenders = rib.contenders(prefix);
    if (contenders.isEmpty()) {
      return; // It waits to be decided again.
    }
    Choice choice = Rib.choose(contenders);
    boolean contest = contenders.size() > 1;
    add(prefix, contenders, choice, choice.best(), contest);
    for (int i = 0; i < contenders.size(); i++) {
      if (i != choice.best()) {
        add(prefix, contenders, choice, i, contest);
      }
    }
  }

  private void add(
      long prefix, List<Contender> contenders, Choice choice, int index, boolean contest) {
    Contender contender = contenders.get(index);
    PathAttributes attributes = contender.attributes();
    ObjectNode route =
        routes
            .addObject()
            .put("prefix", Prefixes.text(prefix))
            .put("best", index == choice.best())
            .put("peer", contender.source() == null ? null : contender.source().neighbor().name())
            .put("nextHop", Prefixes.addressText(attributes.nextHop()))
            .put("asPath", attributes.asPath().toString())
            .put("origin", attributes.origin().name())
            .put("med", present(attributes.med(NONE)))
            .put("localPref", present(attributes.localPref(NONE)));
    ArrayNode communities = route.putArray("communities");
    for (int i = 0; i < attributes.communityCount(); i++) {
      int community = attributes.community(i);
      communities.add((community >>> 16) + ":" + (community & 0xFFFF));
    }
    route.put("step", contest ? choice.steps().get(index).text() : null);
  }

  private static @Nullable Long present(long value) {
    return value == NONE ? null : value;
  }
}
