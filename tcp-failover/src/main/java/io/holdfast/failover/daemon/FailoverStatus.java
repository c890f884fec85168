package io.holdfast.failover.daemon;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.failover.pipeline.Alarms;
import io.holdfast.failover.pipeline.FailoverSnapshot;
import io.holdfast.logstore.log.Log;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import org.jspecify.annotations.Nullable;

/** The answer to {@code show.failover}, as docs/control-protocol.md has it. */
final class FailoverStatus {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final DateTimeFormatter MILLIS =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

  private FailoverStatus() {}

  static ObjectNode json(
      FailoverSnapshot now, FailoverConfig config, Log log, @Nullable Supervisor supervisor) {
    ObjectNode answer = JSON.objectNode();
    answer.set("speaker", speaker(now.speaker(), supervisor));
    ObjectNode view = answer.putObject("log");
    view.put("directory", config.log().directory().toString());
    view.put("first", now.log().first());
    view.put("appended", now.log().appended());
    view.put("committed", now.log().committed());
    view.put("status", log.status().name());
    answer.set("gate", gate(now.gate()));
    boolean absent = !now.speaker().state().equals("active");
    ArrayNode connections = answer.putArray("connections");
    now.connections().forEach(c -> connections.add(connection(c, absent)));
    ArrayNode alarms = answer.putArray("alarms");
    for (Alarms.Alarm alarm : now.alarms()) {
      alarms.addObject().put("time", time(alarm.time())).put("text", alarm.text());
    }
    return answer;
  }

  private static ObjectNode speaker(
      FailoverSnapshot.Speaker speaker, @Nullable Supervisor supervisor) {
    ObjectNode node = JSON.objectNode();
    node.put("state", speaker.state());
    node.put("epoch", speaker.epoch());
    if (speaker.pid() == 0) {
      node.putNull("pid");
    } else {
      node.put("pid", speaker.pid());
    }
    node.put("build", speaker.build());
    node.put("folded", speaker.folded());
    node.put("attachments", speaker.attachments());
    if (supervisor == null) {
      node.putNull("since").putNull("restarts");
    } else {
      node.put("since", time(supervisor.since())).put("restarts", supervisor.restarts());
    }
    return node;
  }

  private static String time(Instant instant) {
    return MILLIS.format(instant);
  }

  private static ObjectNode gate(FailoverSnapshot.Gate gate) {
    ObjectNode node = JSON.objectNode();
    node.put("queue", gate.queue());
    node.put("segments", gate.segments());
    node.put("held", gate.held());
    node.put("heldOnce", gate.heldOnce());
    node.put("passed", gate.passed());
    node.put("dropped", gate.dropped());
    node.put("kernelWaiting", gate.waitingInKernel());
    node.put("kernelQueueDropped", gate.kernelDropped());
    node.put("kernelUserDropped", gate.kernelUserDropped());
    node.put("fencedOutputs", gate.fencedOutputs());
    node.put("readPauses", gate.readPauses());
    return node;
  }

  private static ObjectNode connection(FailoverSnapshot.ConnectionView c, boolean absent) {
    ObjectNode node = JSON.objectNode();
    node.put("id", c.id());
    node.put("local", c.local());
    node.put("remote", c.remote());
    node.put("service", c.service());
    node.put("opened", c.active() ? "by us" : "by the peer");
    node.put("state", c.state());
    node.put("received", c.received());
    node.put("committedReceived", c.receivedStable());
    node.put("sent", c.sent());
    node.put("committedSent", c.sentStable());
    node.put("written", c.written());
    node.put("armed", c.armed());
    node.put("standIn", absent && c.armed());
    node.put("standInMessages", c.standInMessages());
    node.put("held", c.held());
    return node;
  }
}
