package io.holdfast.lab.inject;

import com.sun.tools.attach.AgentInitializationException;
import com.sun.tools.attach.AgentLoadException;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import io.holdfast.lab.net.LabFailure;
import io.holdfast.lab.net.Signal;
import io.holdfast.lab.topology.Checkout;
import java.io.IOException;
import java.util.Locale;

/** The ways in which the lab makes a daemon die, or as good as die. */
public enum Fault {
  /** SIGKILL. */
  KILL,
  /** SIGSTOP: it is there, and does nothing, until somebody continues it. */
  STOP,
  /** SIGCONT, for a stopped one. */
  CONT,
  /** SIGTERM: an orderly end. */
  TERM,
  /** An endless loop in the folding thread. */
  HANG,
  /** A deadlock of the folding thread with another one. */
  DEADLOCK,
  /** abort(3), called from native code. */
  ABORT,
  /** The heap is filled until no allocation succeeds. */
  OOM,
  /** {@code System.exit(7)}. */
  EXIT;

  /** By its name in lower case. */
  public static Fault of(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT));
  }

  /**
   * Does it to a process.
   *
   * @throws LabFailure when the agent cannot be loaded into it; not when the process dies of it
   */
  public void inject(long pid) {
    switch (this) {
      case KILL -> Signal.KILL.send(pid);
      case STOP -> Signal.STOP.send(pid);
      case CONT -> Signal.CONT.send(pid);
      case TERM -> Signal.TERM.send(pid);
      case HANG, DEADLOCK, ABORT, OOM, EXIT -> poison(pid);
    }
  }

  private void poison(long pid) {
    String command = name().toLowerCase(Locale.ROOT);
    try {
      VirtualMachine machine = VirtualMachine.attach(Long.toString(pid));
      try {
        machine.loadAgent(Checkout.poisonAgent().toString(), command);
      } finally {
        machine.detach();
      }
    } catch (IOException e) {
      // The connection breaks when the process dies at once: that was the purpose.
      if (ProcessHandle.of(pid).isPresent() && (this == HANG || this == DEADLOCK)) {
        throw new LabFailure("cannot " + command + " process " + pid, e);
      }
    } catch (AttachNotSupportedException | AgentLoadException | AgentInitializationException e) {
      throw new LabFailure("cannot " + command + " process " + pid, e);
    }
  }
}
