package io.holdfast.bgp;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.holdfast.failover.daemon.FailoverConfig;

/** Which package may know which. */
@AnalyzeClasses(packages = "io.holdfast.bgp", importOptions = ImportOption.DoNotIncludeTests.class)
class ArrowsTest {
  /** The daemon's own package is closed, but for the configuration that all daemons share. */
  @ArchTest
  static final ArchRule KNOWS_FAILOVER_BY_ITS_CLIENT_ONLY =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.holdfast.failover.linux..",
              "io.holdfast.failover.packet..",
              "io.holdfast.failover.connection..",
              "io.holdfast.failover.south..",
              "io.holdfast.failover.pipeline..");

  @ArchTest
  static final ArchRule KNOWS_THE_SHARED_CONFIGURATION_AND_NOTHING_ELSE_OF_FAILOVERD =
      noClasses()
          .should()
          .dependOnClassesThat(
              com.tngtech.archunit.base.DescribedPredicate.describe(
                  "belong to failoverd",
                  type ->
                      type.getPackageName().equals("io.holdfast.failover.daemon")
                          && !type.getName().startsWith(FailoverConfig.class.getName())));

  @ArchTest
  static final ArchRule THE_CODEC_KNOWS_NOBODY =
      noClasses()
          .that()
          .resideInAPackage("io.holdfast.bgp.wire..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.holdfast.bgp.fsm..",
              "io.holdfast.bgp.session..",
              "io.holdfast.bgp.rib..",
              "io.holdfast.bgp.decision..",
              "io.holdfast.bgp.policy..",
              "io.holdfast.bgp.config..",
              "io.holdfast.bgp.daemon..",
              "io.holdfast.failover..",
              "io.holdfast.logstore..");

  @ArchTest
  static final ArchRule THE_STATE_MACHINE_IS_PURE =
      classes()
          .that()
          .resideInAPackage("io.holdfast.bgp.fsm")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "io.holdfast.bgp.fsm",
              "io.holdfast.bgp.wire",
              "io.holdfast.bgp.wire.message",
              "java.lang..",
              "java.util",
              "org.jspecify..");

  @ArchTest
  static final ArchRule DECISION_AND_POLICY_ARE_PURE =
      classes()
          .that()
          .resideInAnyPackage("io.holdfast.bgp.decision", "io.holdfast.bgp.policy")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "io.holdfast.bgp.decision",
              "io.holdfast.bgp.policy",
              "io.holdfast.bgp.wire..",
              "java.lang..",
              "java.util..",
              "org.jspecify..");

  @ArchTest
  static final ArchRule THE_RIB_KNOWS_NO_SESSION =
      noClasses()
          .that()
          .resideInAPackage("io.holdfast.bgp.rib")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.holdfast.bgp.session..", "io.holdfast.bgp.fsm..", "io.holdfast.bgp.daemon..");

  @ArchTest
  static final ArchRule THE_FOLD_KNOWS_NO_TRANSPORT =
      noClasses()
          .that()
          .resideInAPackage("io.holdfast.bgp.session")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.holdfast.failover..",
              "io.holdfast.logstore..",
              "io.holdfast.bgp.daemon..",
              "io.holdfast.bgp.config..",
              "io.netty.channel..");
}
