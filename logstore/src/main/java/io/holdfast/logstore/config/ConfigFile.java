package io.holdfast.logstore.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * One configuration file, read and validated. Problems are collected: first those of syntax and
 * schema, then those that the modules find; {@link #accept()} throws them all.
 */
public final class ConfigFile {

  /** A configuration of ten thousand peers is a tenth of this. */
  private static final long LARGEST = 16 << 20;

  private final Path file;
  private final Problems problems;
  private final LocatedYaml yaml;
  private final JsonNode whole;
  private final ConfigSection root;

  private ConfigFile(Path file, Problems problems, LocatedYaml yaml, JsonNode root) {
    this.file = file;
    this.problems = problems;
    this.yaml = yaml;
    this.whole = root;
    this.root = new ConfigSection(this, root, "");
  }

  /**
   * Reads {@code file} and validates it.
   *
   * @throws ConfigException if the file cannot be read or is no YAML mapping; what is merely wrong
   *     with its contents waits for {@link #accept()}
   */
  public static ConfigFile read(Path file, ConfigSchema schema) throws ConfigException {
    ConfigFile read = parse(file);
    SchemaCheck.check(schema, read.whole, read.yaml, read.problems);
    return read;
  }

  /**
   * Reads {@code file} and does not validate it: values may be missing or of any kind.
   *
   * @throws ConfigException if the file cannot be read or is no YAML
   */
  public static ConfigFile parse(Path file) throws ConfigException {
    String text = text(file);
    Problems problems = new Problems(file);
    LocatedYaml yaml = LocatedYaml.read(text, problems);
    JsonNode root = yaml.root();
    if (root == null) {
      throw problems.exception();
    }
    return new ConfigFile(file, problems, yaml, root);
  }

  /** The top level. */
  public ConfigSection root() {
    return root;
  }

  /** {@code path} as it is meant: relative to the folder of this file. Absolute and normal. */
  public Path resolve(String path) {
    return file.toAbsolutePath().resolveSibling(path).normalize();
  }

  /**
   * To be called once everything was checked, and before a model is built.
   *
   * @throws ConfigException with every problem, if there was any
   */
  public void accept() throws ConfigException {
    if (!problems.none()) {
      throw problems.exception();
    }
  }

  Problems problems() {
    return problems;
  }

  LocatedYaml yaml() {
    return yaml;
  }

  private static String text(Path file) throws ConfigException {
    try {
      if (Files.isDirectory(file)) {
        throw Problems.unreadable(file, "is a folder; a configuration file is needed");
      }
      if (Files.exists(file) && Files.size(file) > LARGEST) {
        throw Problems.unreadable(file, "is larger than 16 MiB");
      }
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      throw Problems.unreadable(file, "no such file; name one with --config");
    } catch (AccessDeniedException e) {
      throw Problems.unreadable(file, "permission denied");
    } catch (CharacterCodingException e) {
      throw Problems.unreadable(file, "is not UTF-8 text");
    } catch (IOException e) {
      throw Problems.unreadable(file, "cannot be read: " + e.getMessage());
    }
  }
}
