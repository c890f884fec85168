package io.holdfast.logstore.remote;

import io.holdfast.logstore.log.Streams;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;

/**
 * The streams as the leader knows them. Each question goes over the network and is waited for, 2 s
 * at most; without an answer there is an {@link UncheckedIOException}. Not for an event loop.
 */
final class RemoteStreams implements Streams {

  /** Asks a member, and waits for the answer. */
  @FunctionalInterface
  interface Asker {
    Answer ask(Request request) throws IOException;
  }

  private final Asker asker;

  RemoteStreams(Asker asker) {
    this.asker = asker;
  }

  private Answer.StreamsFound ask(Request request) {
    try {
      return switch (asker.ask(request)) {
        case Answer.StreamsFound found -> found;
        case Answer.Failure no -> throw new IOException(no.text());
        default -> throw new IOException("an answer to something else");
      };
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public int active() {
    return ask(new Request.StreamPage(Long.MIN_VALUE, 0)).active();
  }

  @Override
  public List<Stream> page(long after, int limit) {
    if (limit < 1 || limit > ServiceCodec.MOST_STREAMS) {
      throw new IllegalArgumentException("a page of " + limit + " streams");
    }
    return ask(new Request.StreamPage(after, limit)).found();
  }

  @Override
  public Optional<Stream> byEndpoint(byte[] endpoint) {
    return endpoint.length > MAX_ENDPOINT
        ? Optional.empty()
        : ask(new Request.StreamByEndpoint(endpoint)).found().stream().findFirst();
  }

  @Override
  public Optional<Stream> stream(long key) {
    return ask(new Request.StreamByKey(key)).found().stream().findFirst();
  }
}
