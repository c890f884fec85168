package io.holdfast.lab.failover;

import io.holdfast.lab.net.LabFailure;
import io.holdfast.lab.net.Namespace;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A thread that is in another network namespace (setns(2) moves one thread). A socket that it makes
 * stays in that namespace and can be used from every thread.
 */
final class NamespaceThread implements AutoCloseable {
  private static final int CLONE_NEWNET = 0x4000_0000;

  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("in-namespace").factory());

  NamespaceThread(Namespace namespace) {
    in(
        () -> {
          enter("/run/netns/" + namespace.name());
          return null;
        });
  }

  /** Runs it inside, and waits. */
  <T> T in(Callable<T> task) {
    try {
      return thread.submit(task).get();
    } catch (ExecutionException e) {
      throw new LabFailure("in the namespace", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabFailure("interrupted", e);
    }
  }

  @SuppressWarnings("restricted")
  private static void enter(String file) {
    Linker linker = Linker.nativeLinker();
    MethodHandle open =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("open"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
            Linker.Option.firstVariadicArg(2));
    MethodHandle setns =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("setns"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    MethodHandle close =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("close"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment path = arena.allocateFrom(file);
      int fd = (int) open.invokeExact(path, 0);
      int answer = (int) setns.invokeExact(fd, CLONE_NEWNET);
      int _ = (int) close.invokeExact(fd);
      if (fd < 0 || answer != 0) {
        throw new LabFailure("cannot enter " + file);
      }
    } catch (LabFailure e) {
      throw e;
    } catch (Throwable e) {
      throw new LabFailure("cannot enter " + file, e);
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
