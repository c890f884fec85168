package io.holdfast.lab.demo;

import java.io.PrintWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The table at the end of the demo. */
final class Summary {
  private static final String ROW = "  %-34s %18s %18s%n";

  private final PrintWriter out;

  Summary(PrintWriter out) {
    this.out = out;
  }

  void print(Plan plan, Outcome run, @Nullable Outcome contrast, List<Verdict> verdicts) {
    out.println();
    out.printf(ROW, "", "Holdfast", "transport: direct");
    row("speakers killed", run.deaths().size(), contrast == null ? null : contrast.deaths().size());
    row("sessions lost by FRR a", run.a().drops(), contrast == null ? null : contrast.a().drops());
    row("sessions lost by FRR b", run.b().drops(), contrast == null ? null : contrast.b().drops());
    row(
        "NOTIFICATIONs",
        run.evidence().notifications(),
        contrast == null ? null : contrast.evidence().notifications());
    row(
        "FINs and RSTs",
        run.evidence().fins() + run.evidence().resets(),
        contrast == null ? null : contrast.evidence().fins() + contrast.evidence().resets());
    row(
        "OPENs after the first",
        run.evidence().opens(),
        contrast == null ? null : contrast.evidence().opens());
    row(
        "withdrawals of valid routes",
        run.evidence().falseWithdrawals().size(),
        contrast == null ? null : contrast.evidence().falseWithdrawals().size());
    row(
        "kill to next UPDATE, median ms",
        run.medianSilenceMillis(),
        contrast == null ? null : contrast.medianSilenceMillis());
    row(
        "kill to next UPDATE, longest ms",
        run.longestSilenceMillis(),
        contrast == null ? null : contrast.longestSilenceMillis());
    out.println();
    for (Verdict verdict : verdicts) {
      out.printf(
          "  %s  %s (%s)%n",
          verdict.holds() ? "holds " : "FAILED", verdict.name(), verdict.detail());
    }
    boolean all = verdicts.stream().allMatch(Verdict::holds);
    out.println();
    out.println(
        all ? "All held." : "NOT all held; lab/demo --seed " + plan.seed() + " --keep repeats it.");
  }

  private void row(String name, Number protectedRun, @Nullable Number contrast) {
    out.printf(ROW, name, protectedRun, contrast == null ? "-" : contrast);
  }
}
