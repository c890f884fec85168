package io.holdfast.logstore.remote;

import io.holdfast.logstore.config.HostPort;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Connections to the servers that an owner does not use, kept open so that they tell at once who
 * leads: a leader that was cut off, or stopped, tells nobody that it is gone, but those that follow
 * the next one know. An owner that goes there finds the connection made. Owned by the client's
 * thread.
 */
final class Lookout implements Link.User {
  private static final Duration AGAIN = Duration.ofSeconds(1);
  private static final int WATCH_MILLIS = 2_000;
  private static final Duration WATCH = Duration.ofMillis(WATCH_MILLIS + 1_000);

  /** A server. */
  private static final class Post {
    @Nullable Link link;

    /** The leader that it told last. */
    @Nullable HostPort told;

    /** The owner uses it. */
    boolean lent;

    /** Which loop of questions is the present one; answers of a former one end that. */
    int loop;
  }

  private final Dialer dialer;
  private final ClientThread thread;
  private final Caller caller;
  private final Consumer<HostPort> leads;
  private final Map<HostPort, Post> posts = new LinkedHashMap<>();

  /**
   * @param leads told who leads, whenever a server names another than before
   */
  Lookout(Dialer dialer, ClientThread thread, Caller caller, Consumer<HostPort> leads) {
    this.dialer = dialer;
    this.thread = thread;
    this.caller = caller;
    this.leads = leads;
  }

  /** Connects to all of these but the one that the owner uses. A second call does nothing. */
  void begin(List<HostPort> servers, HostPort used) {
    if (!posts.isEmpty()) {
      return;
    }
    for (HostPort server : servers) {
      Post post = new Post();
      post.lent = server.equals(used);
      posts.put(server, post);
      dial(server, post);
    }
  }

  private void dial(HostPort server, Post post) {
    if (!post.lent && post.link == null) {
      Link link = new Link(server, this);
      post.link = link;
      link.dial(dialer, thread);
    }
  }

  /**
   * The owner goes to this server.
   *
   * @return the connection to it, the owner's from now on; null if there is none
   */
  @Nullable Link take(HostPort server, Link.User owner) {
    Post post = posts.get(server);
    if (post == null) {
      return null;
    }
    post.lent = true;
    Link link = post.link;
    post.link = null;
    if (link == null) {
      return null;
    }
    if (link.wire() == null) {
      link.close();
      return null;
    }
    link.handTo(owner);
    return link;
  }

  /** The owner has left this server, and closed the connection. */
  void left(HostPort server) {
    Post post = posts.get(server);
    if (post != null) {
      post.lent = false;
      thread.later(AGAIN, () -> dial(server, post));
    }
  }

  /** The owner has left this server, whose connection stands. */
  void left(Link link) {
    Post post = posts.get(link.server());
    Dialer.Wire wire = link.wire();
    if (post == null || wire == null) {
      link.close();
      left(link.server());
      return;
    }
    post.lent = false;
    post.link = link;
    link.handTo(this);
    up(link, wire);
  }

  @Override
  public void up(Link link, Dialer.Wire wire) {
    Post post = posts.get(link.server());
    if (post != null) {
      post.told = null;
      post.loop++;
      watch(post, link, wire, 0);
    }
  }

  @Override
  public void over(Link link, String why) {
    Post post = posts.get(link.server());
    if (post != null && link.equals(post.link)) {
      post.link = null;
      thread.later(AGAIN, () -> dial(link.server(), post));
    }
  }

  private void watch(Post post, Link on, Dialer.Wire wire, long known) {
    int loop = post.loop;
    caller.call(
        wire,
        new Request.Watch(0, known, Long.MAX_VALUE, WATCH_MILLIS),
        WATCH,
        (answer, why) -> {
          if (!on.equals(post.link) || loop != post.loop) {
            return;
          }
          if (answer instanceof Answer.Watched watched) {
            watch(post, on, wire, watched.state());
            tell(post, watched);
          } else {
            on.close();
            over(on, why);
          }
        });
  }

  private void tell(Post post, Answer.Watched watched) {
    HostPort leader = HostPort.parse(watched.leader()).orElse(null);
    boolean news = leader != null && !leader.equals(post.told);
    post.told = leader;
    if (news) {
      leads.accept(leader);
    }
  }

  void close() {
    for (Post post : posts.values()) {
      post.lent = true; // none is dialled again
      if (post.link != null) {
        post.link.close();
      }
    }
  }
}
