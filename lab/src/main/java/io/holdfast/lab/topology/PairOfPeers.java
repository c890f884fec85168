package io.holdfast.lab.topology;

import io.holdfast.lab.capture.Capture;
import io.holdfast.lab.frr.FrrConfig;
import io.holdfast.lab.frr.FrrRouter;
import io.holdfast.lab.frr.NeighborView;
import io.holdfast.lab.net.LabFailure;
import io.holdfast.lab.net.Namespace;
import io.holdfast.lab.net.Owner;
import io.holdfast.lab.net.Veth;
import io.holdfast.lab.net.Waiting;
import io.holdfast.lab.net.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * FRR a — Holdfast h — FRR b.
 *
 * <pre>
 *   a 10.77.0.1 AS 65001 ── 10.77.0.2 h AS 65002 10.77.1.2 ── 10.77.1.1 b AS 65003
 * </pre>
 */
public final class PairOfPeers implements AutoCloseable {
  /** Address and AS of FRR a. */
  public static final String A = "10.77.0.1";

  public static final long AS_A = 65001;

  /** Address and AS of FRR b. */
  public static final String B = "10.77.1.1";

  public static final long AS_B = 65003;

  /** Holdfast's AS and its address towards each. */
  public static final long AS_H = 65002;

  public static final String H_TO_A = "10.77.0.2";
  public static final String H_TO_B = "10.77.1.2";

  /** Holdfast's interface towards each. */
  public static final String DEVICE_A = "to-a";

  public static final String DEVICE_B = "to-b";

  private static final Duration ESTABLISH_LIMIT = Duration.ofSeconds(60);

  private final Workspace workspace;
  private final List<Namespace> namespaces;
  private final List<Veth> cables;
  private final FrrRouter a;
  private final FrrRouter b;
  private final Holdfast holdfast;
  private int captures;

  private PairOfPeers(
      Workspace workspace,
      List<Namespace> namespaces,
      List<Veth> cables,
      FrrRouter a,
      FrrRouter b,
      Holdfast holdfast) {
    this.workspace = workspace;
    this.namespaces = namespaces;
    this.cables = cables;
    this.a = a;
    this.b = b;
    this.holdfast = holdfast;
  }

  /** Makes all of it and starts all of it; Established comes later. */
  public static PairOfPeers start(PairSetup setup) {
    PairOfPeers pair = prepare(setup);
    try {
      pair.holdfast.start();
    } catch (LabFailure e) {
      pair.close();
      throw e;
    }
    return pair;
  }

  /** Makes all of it and starts the peers, but none of Holdfast's daemons. */
  public static PairOfPeers prepare(PairSetup setup) {
    Owner owner = Owner.thisProcess();
    Workspace workspace = Workspace.create(owner, "pair");
    return build(
        setup,
        workspace,
        List.of(
            Namespace.create(owner, "a"),
            Namespace.create(owner, "h"),
            Namespace.create(owner, "b")));
  }

  /** Makes all of it and starts all of it, to stay after this JVM. */
  static PairOfPeers startStanding(PairSetup setup, String name) {
    Owner owner = Owner.standing(name);
    Workspace workspace = Workspace.createStanding(owner, "files");
    List<String> names = List.of(owner.name("a"), owner.name("h"), owner.name("b"));
    new Standing(name, names, workspace.folder(), setup.transport(), setup.supervise()).write();
    PairOfPeers pair =
        build(
            setup,
            workspace,
            List.of(
                Namespace.createStanding(owner, "a"),
                Namespace.createStanding(owner, "h"),
                Namespace.createStanding(owner, "b")));
    pair.holdfast.start();
    return pair;
  }

  private static PairOfPeers build(
      PairSetup setup, Workspace workspace, List<Namespace> namespaces) {
    Namespace inA = namespaces.get(0);
    Namespace inH = namespaces.get(1);
    Namespace inB = namespaces.get(2);
    Veth cableA = Veth.between(inA, "to-h", inH, DEVICE_A);
    Veth cableB = Veth.between(inB, "to-h", inH, DEVICE_B);
    inA.address("to-h", A + "/24");
    inH.address(DEVICE_A, H_TO_A + "/24");
    inH.address(DEVICE_B, H_TO_B + "/24");
    inB.address("to-h", B + "/24");
    Path folder = workspace.folder("h");
    write(folder.resolve("holdfast.yaml"), yaml(setup, folder));
    workspace.folder("h/run");
    Holdfast holdfast = new Holdfast(inH, folder, setup);
    FrrRouter a = FrrRouter.start(inA, workspace.folder("a"), configA(setup.holdSeconds()));
    FrrRouter b = FrrRouter.start(inB, workspace.folder("b"), configB(setup.holdSeconds()));
    return new PairOfPeers(workspace, namespaces, List.of(cableA, cableB), a, b, holdfast);
  }

  static FrrConfig configA(int holdSeconds) {
    return FrrConfig.of(AS_A, A, H_TO_A, AS_H).withHold(holdSeconds);
  }

  static FrrConfig configB(int holdSeconds) {
    return FrrConfig.of(AS_B, B, H_TO_B, AS_H).withHold(holdSeconds);
  }

  /** Holdfast's configuration. */
  private static String yaml(PairSetup setup, Path folder) {
    String more = setup.failoverKeys().isEmpty() ? "" : "  " + setup.failoverKeys().strip() + "\n";
    return """
        version: 1
        router: { as: %d, router-id: %s }
        runtime-directory: %s/run
        transport: %s
        failover:
          supervise: %s
          stand-in-limit: %s
        %s  log: { directory: %s/log, sync: false }
        policies:
          accept-all: [ { do: accept } ]
        templates:
          lab: { hold-time: %d, connect-retry: 1s, import: accept-all, export: accept-all }
        peers:
          - { name: frr-a, use: lab, address: %s, as: %d }
          - { name: frr-b, use: lab, address: %s, as: %d }
        """
        .formatted(
            AS_H,
            H_TO_A,
            folder,
            setup.transport().key(),
            setup.supervise(),
            setup.standInLimit(),
            more,
            folder,
            setup.holdSeconds(),
            A,
            AS_A,
            B,
            AS_B);
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new LabFailure("cannot write " + file, e);
    }
  }

  /** FRR a. */
  public FrrRouter a() {
    return a;
  }

  /** FRR b. */
  public FrrRouter b() {
    return b;
  }

  /** Holdfast. */
  public Holdfast holdfast() {
    return holdfast;
  }

  /** The cable of a, its left end there, its right end at Holdfast. */
  public Veth cableA() {
    return cables.get(0);
  }

  /** The cable of b, its left end there, its right end at Holdfast. */
  public Veth cableB() {
    return cables.get(1);
  }

  /** The namespaces of a, h and b. */
  public List<Namespace> namespaces() {
    return namespaces;
  }

  /** The folder of all files. */
  public Workspace workspace() {
    return workspace;
  }

  /** Captures what goes over Holdfast's two interfaces, from now on. */
  public Capture capture() {
    captures++;
    Path folder = workspace.folder("capture-" + captures);
    return Capture.start(holdfast.namespace(), folder, List.of(DEVICE_A, DEVICE_B));
  }

  /**
   * Waits until both peers hold a session with Holdfast.
   *
   * @throws LabFailure also when a daemon that the lab started has ended in the meantime
   */
  public void awaitEstablished() {
    Waiting.until(
        "both sessions to be Established",
        ESTABLISH_LIMIT,
        () -> !holdfast.lastWords().isEmpty() || bothEstablished());
    if (!holdfast.lastWords().isEmpty()) {
      throw new LabFailure("no sessions" + holdfast.lastWords());
    }
  }

  /** Whether both peers hold a session with Holdfast. */
  public boolean bothEstablished() {
    return a.neighbor(H_TO_A).filter(NeighborView::established).isPresent()
        && b.neighbor(H_TO_B).filter(NeighborView::established).isPresent();
  }

  @Override
  public void close() {
    holdfast.close();
    a.close();
    b.close();
    for (Namespace namespace : namespaces) {
      namespace.close();
    }
    workspace.close();
  }
}
