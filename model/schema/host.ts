import { z } from "zod";
import { hostAccess } from "./access.ts";
import { DnsLabel, Duration, eachOnce, HostName, HostRange, PortNumber, SecretName } from "./scalars.ts";

/** The ways to reach a host. */
export const MODES = ["none", "passthrough", "originate", "mutual", "tcp"] as const;

/** Envoy and Istio hold such numbers in 32 bits. */
const Count = z.int().min(1).max(1_000_000_000);

const Retries = z.strictObject({
  attempts: z.int().min(0).max(10).describe("How often a failed request is tried again."),
  methods: z
    .enum(["idempotent", "all"])
    .default("idempotent")
    .describe("idempotent: GET, HEAD, OPTIONS, TRACE, PUT and DELETE."),
});

const Limits = z
  .strictObject({
    connections: Count.optional().describe("Open connections to the host."),
    pendingRequests: Count.optional().describe("Requests that wait for a connection."),
    requests: Count.optional().describe("Requests under way."),
  })
  .refine((limits) => Object.keys(limits).length > 0, {
    error: "there is no limit in it",
    params: { fix: "write connections:, pendingRequests: or requests:, or remove the key" },
  })
  .meta({ minProperties: 1 });

const OutlierDetection = z.strictObject({
  consecutiveErrors: Count.default(5).describe("5xx answers in a row that put an address out."),
  interval: Duration.default("10s").describe("How often the addresses are judged."),
  ejection: Duration.default("30s").describe("How long an address is left out, at first."),
});

const RateLimit = z.strictObject({
  requests: Count.describe("Requests that one pod lets through in that time."),
  per: z.enum(["second", "minute", "hour"]).default("second"),
});

/** What one host may have of its own beside its mode and callers. */
export const hostSettings = {
  upstreamPort: PortNumber.optional().describe(
    "The host's own port, where it is not the one that the application calls; 443 with originate and mutual.",
  ),
  caSecret: SecretName.optional().describe("A Secret with ca.crt, the authority that signed the host."),
  clientSecret: SecretName.optional().describe(
    "A Secret with tls.crt and tls.key, shown to the host, and ca.crt, by which the host is verified.",
  ),
  insecureSkipVerify: z
    .literal(true)
    .optional()
    .describe("Takes whatever certificate the host shows: whoever is in between can read and change all."),
  server: HostName.optional().describe("The one server that serves all names of a wildcard."),
  addresses: eachOnce(z.array(HostRange).min(1))
    .optional()
    .describe("The addresses that the application calls; by the host's name where left out."),
  timeout: Duration.optional().describe("How long an answer may take in whole; without end by default."),
  retries: Retries.optional().describe(
    "What the gateway tries again where the host can't be reached: idempotent requests, twice, by default.",
  ),
  limits: Limits.optional().describe("Circuit breaking: what is beyond is refused with 503."),
  outlierDetection: OutlierDetection.optional().describe("Leaves out addresses that fail."),
  rateLimit: RateLimit.optional().describe("Requests that each gateway pod lets through; 429 beyond."),
};

/** A host's own settings alone, whatever else its entry has. */
export const HostSettingsEntry = z.object(hostSettings);

/** One host on one port: how it is reached, and who may. */
export const HostEntry = z.strictObject({
  host: HostName,
  tls: z
    .enum(MODES)
    .describe(
      "none and originate: the application speaks HTTP; passthrough: TLS; mutual: HTTP, with a client certificate; tcp: anything.",
    ),
  port: PortNumber.optional().describe("What the application calls: 80, and 443 for passthrough."),
  gateway: DnsLabel.optional().describe("The gateway by name, where the environment has several."),
  ...hostAccess,
  ...hostSettings,
});
