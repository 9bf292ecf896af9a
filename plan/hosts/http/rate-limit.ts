import type { HostSettings } from "../../../model/environment.ts";
import { gatewayFilter } from "../../envoy-filter.ts";
import type { Json, PlannedObject } from "../../manifest.ts";
import { type HostsContext, shardMetadata } from "../context.ts";
import type { Shard } from "../shards.ts";

const FILTER = "envoy.filters.http.local_ratelimit";
const TYPE = "type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit";
const SECONDS = { second: 1, minute: 60, hour: 3600 } as const;

/** The filter that counts requests; without a limit of a host's own it lets all through. */
export const RATE_LIMIT_FILTER: Json = {
  name: FILTER,
  typed_config: { "@type": TYPE, stat_prefix: "rate_limit" },
};

/** The limit of one host, in each of the gateway's pods: 429 beyond it. */
export function planRateLimit(context: HostsContext, shard: Shard): PlannedObject[] {
  const { rateLimit } = shard.settings;
  if (rateLimit === undefined) return [];
  const vhost = `${shard.hosts[0].host}:${shard.port}`;
  return [
    {
      wave: "routes",
      manifest: gatewayFilter(context.gateway, shardMetadata(context, shard), [
        {
          applyTo: "VIRTUAL_HOST",
          match: { context: "GATEWAY", routeConfiguration: { vhost: { name: vhost } } },
          patch: { operation: "MERGE", value: { typed_per_filter_config: { [FILTER]: limit(rateLimit) } } },
        },
      ]),
    },
  ];
}

function limit({ requests, per }: NonNullable<HostSettings["rateLimit"]>): Json {
  const always = { default_value: { numerator: 100, denominator: "HUNDRED" } };
  return {
    "@type": TYPE,
    stat_prefix: "rate_limit",
    token_bucket: { max_tokens: requests, tokens_per_fill: requests, fill_interval: `${SECONDS[per]}s` },
    filter_enabled: always,
    filter_enforced: always,
  };
}
