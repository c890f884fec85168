package io.holdfast.lab.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Topology: pair of peers, three times: the control run, the run under kills and the contrast run.
 * A short form of {@code lab/demo --assert}.
 */
class KillsOfTheSpeakerTest {
  private static final Logger LOG = LoggerFactory.getLogger(KillsOfTheSpeakerTest.class);
  private static final int KILLS = 6;

  @Test
  void killsOfTheSpeakerGoUnnoticed() {
    long seed = Long.getLong("holdfast.seed", ThreadLocalRandom.current().nextLong(1_000_000));
    LOG.info("kills of the speaker: seed {} (-Dholdfast.seed={} repeats it)", seed, seed);
    Plan plan = Plan.of(seed, KILLS);
    Demo demo = new Demo(plan, false);

    List<Performance.Tables> control = demo.control(new Progress("control"));
    Outcome outcome = demo.run(new Progress("kills"), control);

    assertThat(outcome.verdicts(KILLS)).as("seed %d", seed).allMatch(Verdict::holds);
    assertThat(demo.contrast(new Progress("contrast")).contrastVerdicts())
        .as("without protection each death is noticed, seed %d", seed)
        .allMatch(Verdict::holds);
  }
}
