import type { Json } from "../manifest.ts";

/**
 * In CEL: the caller by the certificate of the hop, which the caller can't choose:
 * `spiffe://cluster.local/ns/news/sa/politics`.
 */
export const IDENTITY = "connection.uri_san_peer_certificate";

/** The same as a format of Envoy's. */
export const PRINCIPAL = "%DOWNSTREAM_PEER_URI_SAN%";

/** Its namespace and service account, as the connection keeps them: see {@link keepCaller}. */
export const CALLER_NAMESPACE = kept("sallyport.caller_namespace");
export const CALLER_ACCOUNT = kept("sallyport.caller_account");

interface Kept {
  readonly key: string;
  /** A format of Envoy's. */
  readonly format: string;
}

function kept(key: string): Kept {
  return { key, format: `%FILTER_STATE(${key}:PLAIN)%` };
}

/** Reads the caller's namespace and account once a connection: for each request it would take longer than its policy. */
export const keepCaller: Json = {
  applyTo: "NETWORK_FILTER",
  match: { context: "GATEWAY" },
  patch: {
    operation: "INSERT_FIRST",
    value: {
      name: "envoy.filters.network.set_filter_state",
      typed_config: {
        "@type": "type.googleapis.com/envoy.extensions.filters.network.set_filter_state.v3.Config",
        on_downstream_tls_handshake: [
          keeps(CALLER_NAMESPACE, ".*/ns/([^/]*)/.*"),
          keeps(CALLER_ACCOUNT, ".*/sa/([^/]*)$"),
        ],
      },
    },
  },
};

/** @param regex whose first group of the identity is kept */
function keeps({ key }: Kept, regex: string): Json {
  return {
    object_key: key,
    factory_key: "envoy.string",
    skip_if_empty: true,
    format_string: {
      text_format_source: { inline_string: `%CEL(re.extract(${IDENTITY}, '${regex}', '\\\\1'))%` },
    },
  };
}
