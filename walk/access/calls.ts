/** Who was granted some paths of a host, and who was granted another host. */
export const READER = { namespace: "access-client", account: "reader" } as const;
export const OTHER = { namespace: "access-client", account: "other" } as const;

/** Where the gateway runs, and its Service. */
export const GATEWAY_NAMESPACE = "access-egress";
export const GATEWAY = `egress.${GATEWAY_NAMESPACE}.svc.cluster.local`;

/** Asks by curl, which sends the path as it stands, and prints the code alone. */
export function codeOf(url: string, ...options: readonly string[]): string {
  return ["curl -s -m 10 --path-as-is -o /dev/null -w '%{http_code}'", ...options, `'${url}'`].join(" ");
}
