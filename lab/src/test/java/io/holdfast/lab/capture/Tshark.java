package io.holdfast.lab.capture;

import io.holdfast.lab.net.Command;
import io.holdfast.lab.net.LabFailure;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What Wireshark's dissectors say of a capture file: a second oracle, beside pcap4j. */
public final class Tshark {
  private final Path file;

  /** Looks at a file of any format that Wireshark reads. */
  public Tshark(Path file) {
    this.file = file;
  }

  /**
   * The values of some fields, one line for each frame that a display filter lets through, columns
   * set apart by tabs. Checksums are checked.
   */
  public List<String> fields(String filter, String... fields) {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("tshark", "-n", "-r", file.toString()));
    command.addAll(List.of("-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE"));
    command.addAll(List.of("-Y", filter, "-T", "fields"));
    for (String field : fields) {
      command.addAll(List.of("-e", field));
    }
    Command.Outcome outcome = Command.attempt(command);
    if (!outcome.ok()) {
      throw new LabFailure("tshark: " + outcome.output().strip());
    }
    return outcome
        .output()
        .lines()
        .filter(line -> !line.startsWith("Running as user")) // its warning to root
        .toList();
  }

  /** How many frames a display filter lets through. */
  public int count(String filter) {
    return fields(filter, "frame.number").size();
  }

  /**
   * What is wrong with it: frames that the TCP analysis remarks upon (lost, seen twice, out of
   * order, acknowledged unseen, window full ...), that are malformed, or have a wrong checksum.
   */
  public List<String> complaints() {
    return fields(
        "tcp.analysis.flags || _ws.malformed || tcp.checksum.status == 0 || ip.checksum.status == 0"
            + " || _ws.expert.severity == 8388608",
        "frame.number",
        "_ws.col.Info",
        "_ws.expert.message");
  }
}
