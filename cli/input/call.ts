import { InvalidArgumentError } from "commander";
import { valuesOf } from "../../access/evaluate/request.ts";
import type { Call } from "../../advice/call.ts";
import type { Environment } from "../../model/index.ts";
import { isFields, type Json } from "../../plan/manifest.ts";

type Claims = NonNullable<Call["claims"]>;

/** What is called, as far as a text says it. */
export interface Target {
  /** Absent where the text is a host and its port alone. */
  readonly scheme?: Call["scheme"];
  /** In lower case; an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
  /** Absent where the text ends with the port. */
  readonly path?: string;
}

const SCHEMES: Readonly<Record<string, Call["scheme"]>> = {
  "http:": "http",
  "https:": "https",
  "tcp:": "tcp",
};
const PORTS: Readonly<Record<string, number>> = { http: 80, https: 443 };
const FORMS =
  "Give a URL such as http://edition.cnn.com/politics, or a host and its port (1 to 65535): db.example.com:5432.";

/** `http://edition.cnn.com/politics`, `tcp://db.example.com:5432`, or `edition.cnn.com:443`. */
export function parseTarget(text: string): Target {
  const url = URL.parse(text.includes("://") ? text : `host://${text}`);
  if (url === null) throw new InvalidArgumentError(FORMS);
  const host = url.hostname.toLowerCase().replace(/^\[|\]$/g, "");
  const scheme = SCHEMES[url.protocol];
  if ((scheme === undefined && url.protocol !== "host:") || !/^[a-z0-9._:-]+$/.test(host))
    throw new InvalidArgumentError(FORMS);
  const port = url.port === "" ? PORTS[scheme ?? ""] : Number(url.port);
  if (port === undefined) throw new InvalidArgumentError(`It names no port. ${FORMS}`);
  if (port === 0) throw new InvalidArgumentError(`0 is no port. ${FORMS}`);
  if (scheme === undefined) {
    if (url.pathname !== "") throw new InvalidArgumentError(`A path is a URL's. ${FORMS}`);
    return { host, port };
  }
  const isAsked = /^[a-z]+:\/\/[^/?#]+\//i.test(text) && scheme !== "tcp";
  return { scheme, host, port, ...(isAsked ? { path: url.pathname } : {}) };
}

/** `news/politics`: a namespace, and a service account of it. */
export function parseCaller(text: string): Pick<Call, "namespace" | "account"> {
  const [, namespace, account] = /^([a-z0-9-]{1,63})\/([a-z0-9.-]{1,253})$/.exec(text) ?? [];
  if (namespace === undefined || account === undefined)
    throw new InvalidArgumentError("Give a namespace and a service account of it, such as news/politics.");
  return { namespace, account };
}

/** `x-team: news`, added to those given before; one of the same name is sent beside them. */
export function parseHeader(text: string, before: Call["headers"] = {}): Call["headers"] {
  const [, name, value] = /^([!#$%&'*+.^_`|~0-9a-z-]+):[ \t]*(.*)$/i.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new InvalidArgumentError("Give a header's name and its value, such as x-team:news.");
  const lower = name.toLowerCase();
  return { ...before, [lower]: [...valuesOf(before, lower), value.trim()] };
}

/** `{"sub":"ada","groups":["eng"]}`: what a token says of its end user; Istio knows no user without `sub`. */
export function parseClaims(text: string): Claims {
  const claims = jsonOf(text);
  if (!isFields(claims) || typeof claims.sub !== "string" || claims.sub === "")
    throw new InvalidArgumentError(
      `Give a token's claims as JSON, its user among them, such as '{"sub":"ada","groups":["eng"]}'.`,
    );
  return claims;
}

function jsonOf(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** Claims with the issuer that they leave out; undefined where the environment has several, as any may be meant. */
export function withIssuer(claims: Claims, { issuers = [] }: Environment): Claims | undefined {
  if (claims.iss !== undefined) return claims;
  const [first, second] = issuers;
  if (second !== undefined) return undefined;
  return first === undefined ? claims : { iss: first.issuer, ...claims };
}

/** An HTTP method, in capitals. */
export function parseMethod(text: string): string {
  if (!/^[A-Z][A-Z-]{0,31}$/.test(text)) throw new InvalidArgumentError("Give an HTTP method such as GET.");
  return text;
}

const SCHEME_OF = { http: "http", tls: "https", tcp: "tcp" } as const;

/** What is spoken on a port where nobody says it: what the gateways speak there. */
export function schemeOf({ scheme, port }: Target, { gateways }: Environment): Call["scheme"] {
  if (scheme !== undefined) return scheme;
  const listening = gateways.flatMap(({ ports }) => ports).find((one) => one.port === port);
  if (listening !== undefined) return SCHEME_OF[listening.protocol];
  return port === PORTS.http ? "http" : port === PORTS.https ? "https" : "tcp";
}
