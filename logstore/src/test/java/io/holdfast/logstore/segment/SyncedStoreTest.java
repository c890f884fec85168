package io.holdfast.logstore.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SyncedStoreTest {
  private static final StoreOptions OPTIONS =
      StoreOptions.defaults().withSync(true).withSegmentBytes(1024).withPreallocate(false);
  private static final int ENOUGH = 1_000_000;

  @TempDir Path directory;

  private final FaultyDisk disk = new FaultyDisk();
  private final List<Long> durable = new CopyOnWriteArrayList<>();

  private SegmentStore open() throws Exception {
    SegmentStore store = SegmentStore.open(directory, OPTIONS, disk);
    store.onDurable(() -> durable.add(store.durableIndex()));
    disk.syncs.drainPermits();
    disk.syncsAsked.set(0);
    return store;
  }

  @Test
  void isDurableOnlyWhenItIsOnTheDisk() throws Exception {
    try (SegmentStore store = open()) {
      Entries.append(store, 100);
      await().until(() -> disk.syncsAsked.get() == 1);
      assertThat(store.lastIndex()).isEqualTo(1);
      assertThat(store.durableIndex()).isZero();
      assertThat(store.durablePosition()).isZero();
      CompletableFuture<Void> waiting =
          CompletableFuture.runAsync(
              () -> {
                try {
                  store.awaitDurable(1);
                } catch (IOException | InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              });
      assertThat(waiting).isNotDone();
      disk.syncs.release(ENOUGH);
      waiting.get();
      assertThat(store.durableIndex()).isEqualTo(1);
      assertThat(store.durablePosition()).isEqualTo(100);
      await().until(() -> durable.equals(List.of(1L)));
    }
  }

  @Test
  void oneSyncServesAllThatGatheredDuringTheLast() throws Exception {
    try (SegmentStore store = open()) {
      Entries.append(store, 50);
      await().until(() -> disk.syncsAsked.get() == 1);
      for (int i = 0; i < 7; i++) {
        Entries.append(store, 50);
      }
      disk.syncs.release(2);
      store.awaitDurable(8);
      assertThat(disk.syncsAsked.get()).isEqualTo(2);
      await().until(() -> durable.equals(List.of(1L, 8L)));
      disk.syncs.release(ENOUGH);
    }
  }

  @Test
  void syncsEveryFileThatItHasLeftBeforeAnythingIsDurable() throws Exception {
    try (SegmentStore store = open()) {
      Entries.append(store, 50);
      await().until(() -> disk.syncsAsked.get() == 1);
      while (Entries.files(directory).size() < 3) {
        Entries.append(store, 300);
      }
      disk.syncs.release(3);
      await().until(() -> disk.syncsAsked.get() == 4);
      assertThat(store.durableIndex()).as("two of three files are synced").isEqualTo(1);
      disk.syncs.release(ENOUGH);
      store.awaitDurable(store.lastIndex());
    }
    assertThat(Entries.files(directory)).hasSize(3);
  }

  @Test
  void keepsTheFileThatTellsWhereTheLogBeginsUntilAnotherDoes() throws Exception {
    try (SegmentStore store = open()) {
      while (Entries.files(directory).size() < 3) {
        Entries.append(store, 300);
      }
      store.trim(Long.MAX_VALUE, Long.MAX_VALUE);
      assertThat(store.firstIndex()).as("no later file is on the disk").isEqualTo(1);
      disk.syncs.release(ENOUGH);
      store.awaitDurable(store.lastIndex());
      store.trim(Long.MAX_VALUE, Long.MAX_VALUE);
      assertThat(store.firstIndex()).isGreaterThan(1);
    }
  }

  @Test
  void neverTrustsADiskAgainThatFailedASync() throws Exception {
    try (SegmentStore store = open()) {
      disk.syncs.release(ENOUGH);
      Entries.append(store, 100);
      store.awaitDurable(1);
      disk.syncsFail = true;
      Entries.append(store, 100);
      assertThatThrownBy(() -> store.awaitDurable(2))
          .isInstanceOf(StoreBrokenException.class)
          .hasMessageContaining("Input/output error");
      disk.syncsFail = false;
      assertThatThrownBy(() -> Entries.append(store, 100)).isInstanceOf(StoreBrokenException.class);
      assertThatThrownBy(() -> store.truncateSuffix(1)).isInstanceOf(StoreBrokenException.class);
      assertThatThrownBy(() -> store.awaitDurable(2)).isInstanceOf(StoreBrokenException.class);
      assertThat(store.durableIndex()).isEqualTo(1);
      assertThat(Entries.readEntries(store)).containsExactly(1L, 2L);
    }
    try (SegmentStore store = SegmentStore.open(directory, OPTIONS, disk)) {
      assertThat(store.durableIndex()).isEqualTo(2);
      Entries.append(store, 100);
      store.awaitDurable(3);
    }
  }

  @Test
  void whoWaitsForWhatIsCutOffIsTold() throws Exception {
    try (SegmentStore store = open()) {
      disk.syncs.release(ENOUGH);
      assertThatThrownBy(() -> store.awaitDurable(1)).isInstanceOf(IOException.class);
      Entries.append(store, 100);
      store.awaitDurable(1);
      store.truncateSuffix(0);
      assertThat(store.durableIndex()).isZero();
      assertThatThrownBy(() -> store.awaitDurable(1)).isInstanceOf(IOException.class);
      Entries.append(store, 100);
      store.awaitDurable(1);
    }
  }

  @Test
  void closingWaitsForTheDisk() throws Exception {
    SegmentStore store = open();
    Entries.append(store, 100);
    await().until(() -> disk.syncsAsked.get() == 1);
    CompletableFuture<Void> closing = CompletableFuture.runAsync(store::close);
    assertThat(closing).isNotDone();
    disk.syncs.release(ENOUGH);
    closing.get();
    assertThat(durable).containsExactly(1L);
  }

  @Test
  void anInterruptedWaiterLeavesAndTheStoreGoesOn() throws Exception {
    try (SegmentStore store = open()) {
      Entries.append(store, 100);
      CompletableFuture<Void> waiting = new CompletableFuture<>();
      Thread waiter =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      store.awaitDurable(1);
                      waiting.complete(null);
                    } catch (IOException | InterruptedException e) {
                      waiting.completeExceptionally(e);
                    }
                  });
      waiter.interrupt();
      assertThatThrownBy(waiting::get)
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(InterruptedException.class);
      waiter.join();
      disk.syncs.release(ENOUGH);
      store.awaitDurable(1);
    }
  }
}
