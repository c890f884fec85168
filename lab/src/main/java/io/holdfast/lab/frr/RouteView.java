package io.holdfast.lab.frr;

import java.util.List;

/**
 * The best route to a prefix as FRR has it.
 *
 * @param peer the neighbour that it came from, empty for a route of its own
 * @param path the AS_PATH as FRR writes it
 * @param origin IGP, EGP or incomplete
 * @param med the MULTI_EXIT_DISC; 0 also stands for none
 * @param nextHops the next hops' addresses
 */
public record RouteView(String peer, String path, String origin, long med, List<String> nextHops) {}
