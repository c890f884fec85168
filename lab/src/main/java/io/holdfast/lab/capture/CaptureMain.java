package io.holdfast.lab.capture;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.pcap4j.core.PcapDumper;
import org.pcap4j.core.PcapHandle;
import org.pcap4j.core.PcapNativeException;
import org.pcap4j.core.PcapNetworkInterface.PromiscuousMode;
import org.pcap4j.core.PcapStat;

/**
 * The capturing process: {@code CaptureMain FOLDER DEVICE...} writes {@code FOLDER/DEVICE.pcap} for
 * each device until its standard input ends; {@code FOLDER/ready} appears when all are open, {@code
 * FOLDER/dropped} holds at the end how many frames libpcap lost.
 */
final class CaptureMain {
  /** Whole frames: with segmentation offload they are up to 64 KiB long. */
  private static final int SNAP_LENGTH = 262_144;

  private static final int BUFFER_BYTES = 64 << 20;
  private static final int READ_TIMEOUT_MILLIS = 20;

  private final List<PcapHandle> handles = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();

  private CaptureMain() {}

  /** The process's entry. */
  public static void main(String[] arguments) throws Exception {
    Libpcap.locate();
    new CaptureMain().run(Path.of(arguments[0]), List.of(arguments).subList(1, arguments.length));
  }

  private void run(Path folder, List<String> devices) throws Exception {
    for (String device : devices) {
      open(folder, device);
    }
    Files.createFile(folder.resolve("ready"));
    while (System.in.read() >= 0) {
      // Only the end of the input says anything.
    }
    long dropped = 0;
    for (PcapHandle handle : handles) {
      handle.breakLoop();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    for (PcapHandle handle : handles) {
      PcapStat statistics = handle.getStats();
      dropped += statistics.getNumPacketsDropped();
      handle.close();
    }
    Files.writeString(folder.resolve("dropped"), Long.toString(dropped));
  }

  private void open(Path folder, String device) throws PcapNativeException, Exception {
    PcapHandle handle =
        new PcapHandle.Builder(device)
            .snaplen(SNAP_LENGTH)
            .promiscuousMode(PromiscuousMode.NONPROMISCUOUS)
            .timeoutMillis(READ_TIMEOUT_MILLIS)
            .bufferSize(BUFFER_BYTES)
            .build();
    handles.add(handle);
    PcapDumper dumper = handle.dumpOpen(folder.resolve(device + ".pcap").toString());
    Thread thread = new Thread(() -> write(handle, dumper), "capture-" + device);
    thread.start();
    threads.add(thread);
  }

  /**
   * Reads until told to stop. A loop of its own over raw frames, because the library's loops pass
   * through a thread pool and parse each frame.
   */
  private static void write(PcapHandle handle, PcapDumper dumper) {
    try {
      handle.loop(-1, (byte[] frame) -> dump(handle, dumper, frame));
    } catch (InterruptedException e) {
      // breakLoop, the regular end.
    } catch (Exception e) {
      throw new IllegalStateException("capture failed", e);
    } finally {
      dumper.close();
    }
  }

  private static void dump(PcapHandle handle, PcapDumper dumper, byte[] frame) {
    try {
      dumper.dumpRaw(frame, handle.getTimestamp());
      dumper.flush();
    } catch (Exception e) {
      throw new IllegalStateException("capture cannot be written", e);
    }
  }
}
