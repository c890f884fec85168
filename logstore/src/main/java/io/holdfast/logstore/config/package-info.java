/**
 * The configuration file: one YAML file for all daemons, read strictly.
 *
 * <p>Each module brings a fragment of JSON Schema (2020-12) as a resource; {@link
 * io.holdfast.logstore.config.ConfigSchema} composes those that a daemon knows into one schema, and
 * {@link io.holdfast.logstore.config.ConfigFile} reads the file against it. A module's typed model
 * is then read from {@link io.holdfast.logstore.config.ConfigSection}s, which also take the
 * problems that no schema can express (a policy that does not exist, an address that stands twice).
 *
 * <p>The steps are: parse with locations ({@code LocatedYaml}), validate ({@code SchemaCheck}),
 * check meaning (the modules), and only then build the model. Everything that is wrong with a file
 * is told at once, each as {@code FILE:LINE:COLUMN: what was found; what is allowed}, in the order
 * of the lines. Lines and columns count from 1; the column is that of the key for a key that should
 * not be there, and that of the value for a wrong value.
 *
 * <p>Two parts of the file are read by several daemons, and so have their models here: {@link
 * io.holdfast.logstore.config.LogConfig} (the log and its members, for failoverd and logd) and
 * {@link io.holdfast.logstore.config.RuntimeDirectory}.
 *
 * <p>What is deliberately absent: anchors, aliases and several documents in one file (a router's
 * configuration should read the same to everybody), and environment variables. Defaults live in the
 * models; the schema repeats them for the reference manual and a test holds both together.
 *
 * <p>Thread: whoever loads; nothing here is shared or kept. It runs once at the start of a daemon,
 * which for the speaker lies on the path of recovery, so it must be quick: no classpath scanning,
 * no data binding by reflection.
 */
@NullMarked
package io.holdfast.logstore.config;

import org.jspecify.annotations.NullMarked;
