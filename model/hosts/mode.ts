import type { HostSettings, Mode } from "../environment.ts";
import { type ReportFault, valueAt } from "../source.ts";
import { isRegistry } from "../values/names.ts";
import { HTTP_PORT } from "../values/ports.ts";
import { PROTOCOLS } from "../values/protocols.ts";
import type { WrittenHost } from "./hosts.ts";
import { isWildcard } from "./settings.ts";

/** The modes in which the application speaks HTTP and the gateway TLS. */
const ENCRYPTING: readonly Mode[] = ["originate", "mutual"];
const HTTP: readonly Mode[] = ["none", ...ENCRYPTING];

/** The modes that have a use for a setting; with any other it would be without effect. */
const USED_WITH: Readonly<Record<keyof HostSettings, readonly Mode[]>> = {
  upstreamPort: HTTP,
  caSecret: ["originate"],
  clientSecret: ["mutual"],
  insecureSkipVerify: ENCRYPTING,
  server: ["passthrough"],
  addresses: ["tcp"],
  timeout: HTTP,
  retries: HTTP,
  limits: HTTP,
  outlierDetection: HTTP,
  rateLimit: HTTP,
};

/** Settings that take a cluster of the host's own at the gateway, which needs a name to resolve. */
const NEED_A_NAME = ["upstreamPort", "limits", "outlierDetection"] as const;

/** How istiod tells what is asked for by a Secret's name: the authority, or certificate and key. */
const AUTHORITY_SUFFIX = "-cacert";

/** Rules between a host's mode and what else it declares. */
export function checkMode(written: WrittenHost, fault: ReportFault): void {
  const { mode, settings, host, port } = written;
  if (mode === undefined) return;
  if (mode === "tcp" && port === undefined && !isGiven(written, "port"))
    fault([], undefined, "tls: tcp has no port by default", "add port: (the one that the application calls)");
  if (mode === "mutual" && !isGiven(written, "clientSecret"))
    fault(
      [],
      undefined,
      "mutual TLS takes a client certificate",
      "add clientSecret: (a Secret with tls.crt, tls.key and the host's ca.crt in the gateway's namespace), or write tls: originate",
    );
  for (const [key, modes] of Object.entries(USED_WITH) as [keyof HostSettings, readonly Mode[]][])
    if (isGiven(written, key) && !modes.includes(mode))
      fault(
        [key],
        settings?.[key],
        `tls: ${mode} has no use for it`,
        `remove it, or write tls: ${instead(mode, modes)}`,
      );
  if (host !== undefined && settings !== undefined) checkName(host, mode, settings, fault);
  // On another port the authority's port is not the host's, which takes a cluster of the host's own.
  if (
    host !== undefined &&
    isWildcard({ host }) &&
    ENCRYPTING.includes(mode) &&
    port !== undefined &&
    port !== HTTP_PORT
  )
    fault(["port"], port, `a wildcard with tls: ${mode} is called on port ${HTTP_PORT} alone`, "remove it");
  if (settings?.clientSecret?.endsWith(AUTHORITY_SUFFIX))
    fault(
      ["clientSecret"],
      settings.clientSecret,
      `istiod takes a Secret whose name ends in ${AUTHORITY_SUFFIX} for an authority alone, and finds no client certificate`,
      `give the Secret another name, such as ${settings.clientSecret.slice(0, -AUTHORITY_SUFFIX.length)}`,
    );
  if (settings?.caSecret !== undefined && settings.insecureSkipVerify)
    fault(["insecureSkipVerify"], true, "with caSecret there is something to verify with", "remove it");
}

/** A mode that has use for a setting; of those for a host that is called by TLS one that encrypts, where there is one. */
function instead(mode: Mode, modes: readonly Mode[]): Mode | undefined {
  const encrypting = mode === "passthrough" ? modes.find((one) => ENCRYPTING.includes(one)) : undefined;
  return encrypting ?? modes[0];
}

/** What may be declared, and is better not. */
export function warnAboutMode(written: WrittenHost, warn: ReportFault): void {
  const { host, port, mode, settings } = written;
  // Its route in the sidecars matches the port alone, so that it takes whatever no Service of the mesh claims.
  if (mode === "tcp" && host !== undefined && port !== undefined && !isGiven(written, "addresses"))
    warn(
      ["host"],
      host,
      `all that its callers' namespaces send to port ${port} goes here, but what is for a Service: what is for a pod's own address too`,
      "give its addresses:, or see that nothing in the cluster is called on this port but by a Service",
    );
  if (host !== undefined && isWildcard({ host }) && isRegistry(host.slice(2)))
    warn(
      ["host"],
      host,
      `anybody may register a name under ${host.slice(2)}, and would be granted`,
      `write the domain that is meant, such as *.example.${host.slice(2)}`,
    );
  if (settings?.insecureSkipVerify)
    warn(
      ["insecureSkipVerify"],
      true,
      "whoever stands between the gateway and the host can read and change all that is sent",
      "name the host's authority as caSecret instead",
    );
}

function checkName(host: string, mode: Mode, settings: HostSettings, fault: ReportFault): void {
  const wildcard = isWildcard({ host });
  if (settings.server !== undefined && !wildcard)
    fault(["server"], settings.server, "only a wildcard has a server of another name", "remove it");
  if (settings.server !== undefined && isWildcard({ host: settings.server }))
    fault(
      ["server"],
      settings.server,
      "one server has one name",
      "write its name, such as www.wikipedia.org",
    );
  if (!wildcard) return;
  if (PROTOCOLS[mode] === "tcp")
    fault(
      ["host"],
      host,
      "plain TCP carries no name that could be matched",
      "declare each host by its own name",
    );
  for (const key of NEED_A_NAME)
    if (settings[key] !== undefined)
      fault(
        [key],
        settings[key],
        "a wildcard's hosts have no cluster of their own",
        "declare the host by its own name",
      );
}

/** Whether a key is there, be its value right or not. */
function isGiven({ source, path }: WrittenHost, key: string): boolean {
  const entry = valueAt(source.data, path);
  return typeof entry === "object" && entry !== null && Object.hasOwn(entry, key);
}
