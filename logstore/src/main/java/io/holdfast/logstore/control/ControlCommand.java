package io.holdfast.logstore.control;

import com.fasterxml.jackson.databind.JsonNode;

/** Answers one kind of question. Runs on the executor that the server was given. */
@FunctionalInterface
public interface ControlCommand {

  /**
   * Answers; quick, for the thread has other work.
   *
   * @param arguments a JSON object, empty if the client gave none
   * @return the result, a JSON object that nobody changes any more
   * @throws ControlException if the answer is no; its message goes to the client
   */
  JsonNode answer(JsonNode arguments) throws ControlException;
}
