import { z } from "zod";
import { DnsLabel, HeaderName, LabelKey, LabelValue, PortNumber } from "./scalars.ts";

/** The provider that needs no entry: a gateway's standard output. */
export const STDOUT = "stdout";

/** Where lines of a log go, beside standard output. */
const Provider = z
  .discriminatedUnion("type", [
    z.strictObject({ name: DnsLabel, type: z.literal("file") }),
    z.strictObject({
      name: DnsLabel,
      type: z.literal("otlp"),
      namespace: DnsLabel.describe("The namespace of the collector's Service and pods."),
      service: DnsLabel.describe("The collector's Service."),
      port: PortNumber.default(4317).describe("OTLP over gRPC: the port of the Service, and of its pods."),
    }),
  ])
  .describe("file: a file in the gateway's pods; otlp: an OpenTelemetry collector in the cluster.");

const providers = z.array(DnsLabel).default([STDOUT]);

/** Headers that tell who somebody is, or let one be somebody. */
const SECRET_HEADERS = ["authorization", "cookie", "proxy-authorization", "x-api-key"];

/** What is told of calls: to whom, and how much. */
export const Monitoring = z
  .strictObject({
    providers: z.array(Provider).default([]).describe("Where lines may go; stdout needs no entry."),
    access: providers.describe("The providers of the log of all calls, level info; [] for none."),
    errors: providers.describe("The providers of the log of what was forbidden, level error; [] for none."),
    query: z
      .enum(["strip", "keep"])
      .default("strip")
      .describe("strip: paths are logged without their query strings."),
    headers: z.array(HeaderName).default([]).describe("Request headers that are logged."),
    redactHeaders: z
      .array(HeaderName)
      .default([])
      .transform((headers) => [...SECRET_HEADERS, ...headers])
      .describe(
        `Of these the log only says that they were there, as of ${SECRET_HEADERS.join(", ")}; user-agent may be one.`,
      ),
    sidecar: z
      .boolean()
      .default(false)
      .describe("Whether the callers' sidecars write a line of each call too."),
    prometheus: z
      .strictObject({
        namespace: DnsLabel,
        podLabels: z.record(LabelKey, LabelValue).optional(),
      })
      .optional()
      .describe("The pods that may read the gateways' metrics; nobody where left out."),
  })
  .prefault({});
