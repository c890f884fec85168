package io.holdfast.failover;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Which way the packages of this module point. */
@AnalyzeClasses(
    packages = "io.holdfast.failover",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule onlyLinuxMakesNativeCalls =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.holdfast.failover.linux")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("java.lang.foreign..");

  @ArchTest
  static final ArchRule packetIsPure =
      classes()
          .that()
          .resideInAPackage("io.holdfast.failover.packet")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "io.holdfast.failover.packet", "java.lang", "java.nio", "org.jspecify..");

  @ArchTest
  static final ArchRule linuxKnowsNothingOfFailover =
      noClasses()
          .that()
          .resideInAPackage("io.holdfast.failover.linux")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.holdfast.logstore..",
              "io.holdfast.failover.packet..",
              "io.holdfast.failover.records..",
              "io.holdfast.failover.connection..",
              "io.holdfast.failover.south..",
              "io.holdfast.failover.north..",
              "io.holdfast.failover.pipeline..",
              "io.holdfast.failover.daemon..");

  /** It is given records and a stream to write to: it can be used on any log, and on none. */
  @ArchTest
  static final ArchRule exportReadsNoLogAndNoClock =
      classes()
          .that()
          .resideInAPackage("io.holdfast.failover.export")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "io.holdfast.failover.export",
              "io.holdfast.failover.packet",
              "io.holdfast.failover.records",
              "io.holdfast.logstore.record",
              "java.io",
              "java.lang..",
              "java.net",
              "java.nio",
              "java.util..",
              "org.agrona.collections",
              "org.jspecify..");
}
