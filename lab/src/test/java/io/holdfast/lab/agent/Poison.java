package io.holdfast.lab.agent;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.security.ProtectionDomain;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * Commands, as the agent's argument: {@code abort}, {@code oom}, {@code exit}, {@code hang}, {@code
 * deadlock}.
 */
public final class Poison {
  private static final String CLIENT = "io.holdfast.failover.north.client.NorthClient";
  private static final String EVENTS = "io.holdfast.failover.north.client.NorthEvents";

  /** Keeps what the out-of-memory command allocated. */
  private static final List<byte[]> BALLAST = new ArrayList<>();

  private static final Object ONE = new Object();
  private static final Object OTHER = new Object();
  private static final CountDownLatch ONE_IS_HELD = new CountDownLatch(1);

  private Poison() {}

  /** Loaded into a running JVM. */
  public static void agentmain(String command, Instrumentation instrumentation) throws Exception {
    switch (command) {
      case "abort" -> aside(Poison::abort);
      case "oom" -> aside(Poison::exhaust);
      case "exit" -> aside(() -> System.exit(7));
      case "hang" -> seizeFoldingThread(instrumentation, "spin");
      case "deadlock" -> {
        aside(Poison::holdTheOtherLock);
        seizeFoldingThread(instrumentation, "deadlock");
      }
      default -> throw new IllegalArgumentException(command);
    }
  }

  private static void aside(Runnable deed) {
    Thread thread = new Thread(deed, "poison");
    thread.setDaemon(true);
    thread.start();
  }

  @SuppressWarnings("restricted")
  private static void abort() {
    Linker linker = Linker.nativeLinker();
    try {
      linker
          .downcallHandle(
              linker.defaultLookup().find("abort").orElseThrow(), FunctionDescriptor.ofVoid())
          .invokeExact();
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /** Fills the heap to the last kilobyte and holds it, so that every thread's allocation fails. */
  private static void exhaust() {
    int size = 1 << 24;
    while (true) {
      try {
        BALLAST.add(new byte[size]);
      } catch (OutOfMemoryError e) {
        size = Math.max(64, size / 2);
      }
    }
  }

  /** From now on whoever enters the fold stays in a method of ours for ever. */
  private static void seizeFoldingThread(Instrumentation instrumentation, String method)
      throws Exception {
    Class<?>[] classes =
        Arrays.stream(instrumentation.getAllLoadedClasses())
            .filter(type -> !type.isInterface() && instrumentation.isModifiableClass(type))
            .filter(Poison::belongsToTheFold)
            .toArray(Class<?>[]::new);
    if (classes.length == 0) {
      throw new IllegalStateException("no class of the fold is loaded");
    }
    instrumentation.addTransformer(new Seizer(List.of(classes), method), true);
    instrumentation.retransformClasses(classes);
  }

  private static boolean belongsToTheFold(Class<?> type) {
    if (type.getName().equals(CLIENT) || type.getName().startsWith(CLIENT + "$")) {
      return true;
    }
    return Arrays.stream(type.getInterfaces()).anyMatch(face -> face.getName().equals(EVENTS));
  }

  /** The endless loop. */
  public static void spin() {
    while (true) {
      Thread.onSpinWait();
    }
  }

  /** Takes one lock and waits for the other, which {@link #holdTheOtherLock} holds. */
  public static void deadlock() {
    synchronized (ONE) {
      ONE_IS_HELD.countDown();
      synchronized (OTHER) {
        throw new IllegalStateException("no deadlock");
      }
    }
  }

  private static void holdTheOtherLock() {
    synchronized (OTHER) {
      try {
        ONE_IS_HELD.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      synchronized (ONE) {
        throw new IllegalStateException("no deadlock");
      }
    }
  }

  /** Puts a call of our method at the head of every method. */
  private record Seizer(List<Class<?>> victims, String seizure) implements ClassFileTransformer {
    @Override
    public byte[] transform(
        ClassLoader loader,
        String name,
        Class<?> redefined,
        ProtectionDomain domain,
        byte[] bytes) {
      if (!victims.contains(redefined)) {
        return null;
      }
      ClassFile files = ClassFile.of();
      return files.transformClass(
          files.parse(bytes),
          ClassTransform.transformingMethodBodies(
              method -> !method.methodName().stringValue().startsWith("<"),
              new SeizeFirst(seizure)));
    }
  }

  private record SeizeFirst(String seizure) implements CodeTransform {
    @Override
    public void atStart(CodeBuilder code) {
      code.invokestatic(
          ClassDesc.of(Poison.class.getName()), seizure, MethodTypeDesc.of(ConstantDescs.CD_void));
    }

    @Override
    public void accept(CodeBuilder code, CodeElement element) {
      code.with(element);
    }
  }
}
