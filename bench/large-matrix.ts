import type { Requests, Row } from "../access/matrix/matrix.ts";

/** The matrix of an environment in which each account may call each host. */
export function largeMatrix(hosts: number, accounts: number): Row[] {
  return Array.from({ length: accounts }, (_, account) =>
    Array.from({ length: hosts }, (_, host): Row => {
      const namespace = `team-${account % 20}`;
      const principal = `cluster.local/ns/${namespace}/sa/account-${account}`;
      return {
        namespace,
        account: `account-${account}`,
        host: `host-${host}.example.com`,
        port: host % 2 === 0 ? 80 : 443,
        gateway: `egress/egress-${host % 3}`,
        principal,
        allowed: host % 5 === 0 ? [requests("/health"), requests("/public/*")] : [requests("*")],
        refused:
          host % 25 === 0
            ? [{ ...requests("/public/private/*"), principal, host: `host-${host}.example.com` }]
            : [],
        isRoutable: host % 100 !== 7,
        isForeign: false,
        unsure: [],
      };
    }),
  ).flat();
}

function requests(path: string): Requests {
  const except = { principals: [], hosts: [], paths: [], methods: [], users: [], headers: {}, claims: {} };
  return { path, method: path === "*" ? "*" : "GET", except, headers: {} };
}
