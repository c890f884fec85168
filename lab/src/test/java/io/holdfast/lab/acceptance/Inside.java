package io.holdfast.lab.acceptance;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.holdfast.lab.net.LabFailure;
import io.holdfast.lab.net.Namespace;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Does work inside a network namespace: on a thread of its own that has entered it with setns(2)
 * and ends afterwards. A socket belongs to the namespace of the thread that made it, for good, so
 * what is returned can be used by any thread.
 */
final class Inside {
  private static final int CLONE_NEWNET = 0x40000000;
  private static final int O_CLOEXEC = 0x80000;

  private Inside() {}

  static <T> T call(Namespace namespace, Callable<T> work) throws Exception {
    FutureTask<T> task =
        new FutureTask<>(
            () -> {
              enter(namespace);
              return work.call();
            });
    Thread.ofPlatform().daemon().name("inside-" + namespace.name()).start(task);
    try {
      return task.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw e;
    }
  }

  @SuppressWarnings("restricted")
  private static void enter(Namespace namespace) {
    Linker linker = Linker.nativeLinker();
    try (Arena arena = Arena.ofConfined()) {
      MethodHandle open =
          linker.downcallHandle(
              linker.defaultLookup().findOrThrow("open"),
              FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT),
              Linker.Option.firstVariadicArg(2));
      int descriptor =
          (int) open.invokeExact(arena.allocateFrom("/run/netns/" + namespace.name()), O_CLOEXEC);
      int entered = (int) call("setns").invokeExact(descriptor, CLONE_NEWNET);
      int closed = (int) call("close").invokeExact(descriptor, 0);
      if (descriptor < 0 || entered != 0 || closed != 0) {
        throw new LabFailure("cannot enter " + namespace);
      }
    } catch (LabFailure e) {
      throw e;
    } catch (Throwable e) {
      throw new LabFailure("cannot enter " + namespace, e);
    }
  }

  @SuppressWarnings("restricted")
  private static MethodHandle call(String name) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow(name),
        FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  }
}
