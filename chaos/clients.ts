import type { Manifest } from "../plan/manifest.ts";
import { urlFor } from "./visits.ts";

/** A URL that an account's clients ask for, and how often each of the two does. */
export interface Target {
  readonly url: string;
  readonly perSecond: number;
}

/** One account's clients. */
export interface Clients {
  readonly namespace: string;
  readonly account: string;
  readonly targets: readonly Target[];
  /** URLs of endless streams; one client each. */
  readonly streams: readonly string[];
}

/** The longest that a request may take. */
const LIMIT_SECONDS = 10;

/**
 * Two clients a target, one that keeps its connection and one that makes a new one for each request, and a client a
 * stream. Each request is a line of the container's log when it has ended, each event of a stream one as it comes.
 *
 * They speak HTTP/1.1: in HTTP/2 no client can ask for a connection of its own. Curl's standard output waits until it
 * is full, its standard error does not; awk makes one write of each line.
 */
const SCRIPT = `
request() {
  while :; do
    curl -s --http1.1 -m ${LIMIT_SECONDS} --rate "$2/s" -o /dev/null -H "$4" \\
      -w '%{stderr}%{url} %{http_code} %{exitcode} %{time_total}\\n' "$1/$3/$(date +%s)/[1-1000000]" 2>&1 >/dev/null |
      awk '{ print "request", $0; fflush() }'
  done
}
stream() {
  while :; do
    curl -s --http1.1 -N -w '\\nend %{http_code} %{exitcode} %{time_total}\\n' "$1" |
      awk -v url="$1" '/^data/ { print "event", url; fflush() } /^end/ { print "stream", url, $2, $3, $4; fflush() }'
    sleep 1
  done
}
`;

/** The account and its pod. */
export function clientManifests(
  image: string,
  { namespace, account, targets, streams }: Clients,
): Manifest[] {
  const calls = [
    ...targets.flatMap(({ url, perSecond }) => [
      `request ${urlFor({ account: `${namespace}/${account}`, url })} ${perSecond} kept 'Connection: keep-alive' &`,
      `request ${urlFor({ account: `${namespace}/${account}`, url })} ${perSecond} new 'Connection: close' &`,
    ]),
    ...streams.map((url) => `stream '${url}' &`),
  ];
  const labels = { app: account };
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: account, namespace } },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: account, namespace },
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: {
            labels,
            annotations: { "proxy.istio.io/config": '{"holdApplicationUntilProxyStarts":true}' },
          },
          spec: {
            serviceAccountName: account,
            terminationGracePeriodSeconds: 0,
            containers: [
              {
                name: "clients",
                image,
                imagePullPolicy: "IfNotPresent",
                command: ["sh", "-c", `${SCRIPT}${calls.join("\n")}\nwait`],
              },
            ],
          },
        },
      },
    },
  ];
}
