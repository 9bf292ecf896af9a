import { isIP } from "node:net";
import { domainToASCII } from "node:url";

/** Why a name can't be, and what to write instead. */
export interface Fault {
  readonly why: string;
  readonly fix: string;
}

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
/** A last label that makes resolvers read the whole as an address: `127.1`, `0x7f.1`. */
const NUMERIC_LABEL = /^(\d+|0x[0-9a-f]*)$/;
const LABEL_LENGTH = 63;
const HOST_LENGTH = 253;

/**
 * What is wrong with an outside host's name, or undefined. A host is a plain DNS name in lower case: what a
 * sidecar sees in `Host` or in SNI.
 */
export function hostFault(host: string): Fault | undefined {
  if (host === "") return { why: "a host can't be empty", fix: "write a DNS name such as edition.cnn.com" };
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(host);
  if (scheme)
    return { why: "a host has no scheme", fix: suggestion(host.slice(scheme[0].length).split(/[/:?#]/)[0]) };
  if (/[/?#]/.test(host)) return { why: "a host has no path", fix: suggestion(host.split(/[/?#]/)[0]) };
  if (isIP(host) || /^\[.*\]$/.test(host) || NUMERIC_LABEL.test(host.split(".").at(-1) ?? ""))
    return {
      why: "an address is not a host name",
      fix: "write the DNS name by which the application calls it",
    };
  if (/:\d*$/.test(host))
    return {
      why: "the port does not belong in the host",
      fix: `${suggestion(host.split(":")[0])} and put the port in port:`,
    };
  if (host.endsWith("."))
    return { why: "a host has no trailing dot", fix: suggestion(host.replace(/(?<!\.)\.+$/, "")) };
  if (/[^\p{ASCII}]/u.test(host))
    return {
      why: "a host is declared in its ASCII form, as it travels",
      fix: suggestion(domainToASCII(host)),
    };
  if (host !== host.toLowerCase())
    return { why: "a host is in lower case", fix: suggestion(host.toLowerCase()) };
  if (host.includes("*")) return wildcardFault(host);
  return dnsNameFault(host);
}

function wildcardFault(host: string): Fault | undefined {
  if (!/^\*\.[^*]+$/.test(host))
    return { why: "a wildcard can only be the whole first label", fix: "declare each host by its own name" };
  const domain = host.slice(2);
  return domain.includes(".")
    ? dnsNameFault(domain)
    : {
        why: "a wildcard of a whole top-level domain would leave hardly anything out",
        fix: "write a domain such as *.wikipedia.org",
      };
}

/** Second labels under which the registries of many countries let anybody register names, as in `co.uk`. */
const REGISTRIES = [
  "ac",
  "co",
  "com",
  "edu",
  "go",
  "gob",
  "gov",
  "gouv",
  "ltd",
  "mil",
  "ne",
  "net",
  "nom",
  "or",
  "org",
];

/** Whether anybody may register names under a domain, as far as its own form tells: `co.uk`, `com.br`. */
export function isRegistry(domain: string): boolean {
  const [second = "", top = "", ...more] = domain.split(".");
  return more.length === 0 && /^[a-z]{2}$/.test(top) && REGISTRIES.includes(second);
}

function dnsNameFault(host: string): Fault | undefined {
  if (host.length > HOST_LENGTH)
    return {
      why: `a host has at most ${HOST_LENGTH} characters, this one has ${host.length}`,
      fix: "check the name",
    };
  const labels = host.split(".");
  const wrong = labels.find((label) => label.length > LABEL_LENGTH || !DNS_LABEL.test(label));
  if (wrong !== undefined)
    return {
      why: `${wrong === "" ? "an empty label" : `«${wrong.slice(0, 70)}»`} is not a DNS label (a-z, 0-9 and inner hyphens, at most ${LABEL_LENGTH})`,
      fix: "write a DNS name such as edition.cnn.com",
    };
  if (labels.length < 2)
    return {
      why: "a host outside the cluster has a domain",
      fix: "write the full name, such as edition.cnn.com",
    };
  if (/(^|\.)(svc|cluster\.local|localhost|sallyport\.internal)$/.test(host))
    return {
      why: "this name belongs to the cluster, not to the outside",
      fix: "declare in-cluster destinations under lockdown",
    };
  return undefined;
}

function suggestion(name: string | undefined): string {
  const ascii = (name ?? "").toLowerCase();
  const fault = ascii.includes("*") ? wildcardFault(ascii) : dnsNameFault(ascii);
  return ascii !== "" && fault === undefined ? `write ${ascii}` : "write a DNS name such as edition.cnn.com";
}

/** What is wrong with a name that Kubernetes takes as a DNS label (a namespace, a Service), or undefined. */
export function dnsLabelFault(name: string): Fault | undefined {
  if (name.length >= 1 && name.length <= LABEL_LENGTH && DNS_LABEL.test(name)) return undefined;
  return {
    why: `Kubernetes takes 1 to ${LABEL_LENGTH} characters of a-z, 0-9 and inner hyphens here`,
    fix: `write ${labelLike(name) ?? "a name such as news or egress-eu"}`,
  };
}

/** The nearest DNS label to a name such as `Egress_EU`, if there is one. */
function labelLike(name: string): string | undefined {
  const label = name
    .slice(0, LABEL_LENGTH + 1)
    .toLowerCase()
    .replaceAll(/[_. ]+/g, "-");
  return label.length <= LABEL_LENGTH && DNS_LABEL.test(label) ? label : undefined;
}

/** What is wrong with a Service's name, or undefined: a DNS label that begins with a letter (RFC 1035). */
export function serviceNameFault(name: string): Fault | undefined {
  const fault = dnsLabelFault(name);
  if (fault !== undefined || /^[a-z]/.test(name)) return fault;
  return {
    why: "Kubernetes takes only a name that begins with a letter here",
    fix: "write a name such as egress",
  };
}

/** Whether Kubernetes takes a name as a DNS subdomain (a node, a label key's prefix): labels with dots between. */
export function isDnsSubdomain(name: string): boolean {
  return name.length <= HOST_LENGTH && name.split(".").every((label) => DNS_LABEL.test(label));
}

/** What is wrong with `namespace/account`, or undefined. */
export function serviceAccountFault(name: string): Fault | undefined {
  const parts = name.split("/");
  const valid =
    parts.length === 2 &&
    parts[0] !== undefined &&
    parts[1] !== undefined &&
    dnsLabelFault(parts[0]) === undefined &&
    isDnsSubdomain(parts[1]);
  return valid
    ? undefined
    : {
        why: "a service account is named with its namespace",
        fix: "write namespace/account, such as news/politics",
      };
}
