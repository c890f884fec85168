package io.holdfast.logstore;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The log and its records stand below everything: files and bytes, nothing else. */
@AnalyzeClasses(
    packages = "io.holdfast.logstore",
    importOptions = ImportOption.DoNotIncludeTests.class)
class LogArchitectureTest {
  private static final String RECORD = "io.holdfast.logstore.record..";
  private static final String SEGMENT = "io.holdfast.logstore.segment..";
  private static final String LOG = "io.holdfast.logstore.log..";

  @ArchTest
  static final ArchRule THE_LOG_KNOWS_NO_NETWORK_NO_CONFIG_AND_NO_CONTROL =
      noClasses()
          .that()
          .resideInAnyPackage(RECORD, SEGMENT, LOG)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.netty..",
              "com.fasterxml..",
              "com.networknt..",
              "io.holdfast.logstore.config..",
              "io.holdfast.logstore.control..");

  @ArchTest
  static final ArchRule RECORDS_DO_NOT_KNOW_THE_LOG =
      noClasses()
          .that()
          .resideInAPackage(RECORD)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(SEGMENT, LOG);

  @ArchTest
  static final ArchRule SEGMENTS_DO_NOT_KNOW_THE_LOG =
      noClasses()
          .that()
          .resideInAPackage(SEGMENT)
          .should()
          .dependOnClassesThat()
          .resideInAPackage(LOG);

  @ArchTest
  static final ArchRule LOGSTORE_KNOWS_NOTHING_ABOVE_IT =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.holdfast.failover..", "io.holdfast.bgp..", "io.holdfast.lab..");

  @ArchTest
  static final ArchRule THE_TRANSPORT_KNOWS_NEITHER_LOG_NOR_RECORDS =
      noClasses()
          .that()
          .resideInAPackage("io.holdfast.logstore.rpc..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              RECORD,
              LOG,
              "io.holdfast.logstore.config..",
              "io.holdfast.logstore.control..",
              "com.fasterxml..");

  @ArchTest
  static final ArchRule WHAT_SERVES_THE_LOG_IS_KNOWN_TO_NOBODY_BELOW =
      noClasses()
          .that()
          .resideInAnyPackage(
              RECORD,
              LOG,
              "io.holdfast.logstore.segment..",
              "io.holdfast.logstore.rpc..",
              "io.holdfast.logstore.replication..",
              "io.holdfast.logstore.config..",
              "io.holdfast.logstore.control..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.holdfast.logstore.remote..",
              "io.holdfast.logstore.placement..",
              "io.holdfast.logstore.logd..");

  @ArchTest
  static final ArchRule OWNERS_ELSEWHERE_KNOW_NO_ENGINE =
      noClasses()
          .that()
          .resideInAPackage("io.holdfast.logstore.remote..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("com.alipay..", "io.holdfast.logstore.replication..");
}
