package io.holdfast.logstore.rpc;

import java.nio.file.Path;

/**
 * The PEM files by which a process proves who it is, and whom it believes.
 *
 * @param certificate own certificate, then those between it and the authority, if any; made for
 *     both uses (server and client), with the host name or address that others dial among its
 *     alternative names
 * @param key private key to it, PKCS #8, unencrypted, not readable by everybody
 * @param authority certificates of those whose signature is believed
 */
public record TlsFiles(Path certificate, Path key, Path authority) {}
