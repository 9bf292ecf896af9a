import type { Json, Manifest } from "../../manifest.ts";
import type { HostsContext } from "../context.ts";
import { changeTcpProxy, sidecarFilter } from "../sidecar-filter.ts";

/** Of a gateway's pods that are gone, a sidecar hears a moment later: it tries another. Nothing was sent by then. */
const CONNECT_ATTEMPTS = 3;

/** Carries the name that the application asked for onto the hop, so that the gateway's policy and log see it. */
export function carryName(context: HostsContext, port: number, namespace: string): Manifest {
  const filter: Json = {
    name: "envoy.filters.network.set_filter_state",
    typed_config: {
      "@type": "type.googleapis.com/envoy.extensions.filters.network.set_filter_state.v3.Config",
      on_new_connection: [
        {
          object_key: "envoy.network.upstream_server_name",
          format_string: {
            text_format_source: { inline_string: "%REQUESTED_SERVER_NAME%" },
            omit_empty_values: true,
          },
          // What else speaks TCP on this port keeps the name that its own route asks for.
          skip_if_empty: true,
          shared_with_upstream: "ONCE",
        },
      ],
    },
  };
  return sidecarFilter(context, port, namespace, [
    { operation: "INSERT_BEFORE", value: filter },
    changeTcpProxy({ max_connect_attempts: CONNECT_ATTEMPTS }),
  ]);
}
