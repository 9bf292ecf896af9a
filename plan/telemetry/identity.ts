/**
 * In CEL: the caller by the certificate of the hop, which the caller can't choose:
 * `spiffe://cluster.local/ns/news/sa/politics`.
 */
export const IDENTITY = "connection.uri_san_peer_certificate";

/** The same as a format of Envoy's. */
export const PRINCIPAL = "%DOWNSTREAM_PEER_URI_SAN%";
