import { z } from "zod";
import { DnsLabel, HostName, PortNumber, ServiceAccountName } from "./scalars.ts";

/** Who calls: every service account of a namespace, or one account. */
export const Caller = z
  .union([z.strictObject({ namespace: DnsLabel }), z.strictObject({ serviceAccount: ServiceAccountName })])
  .describe("either { namespace: news } or { serviceAccount: news/politics }");

/** The ways a host can be reached that are planned today, and the port each has by default. */
export const DEFAULT_PORTS = { none: 80, passthrough: 443 } as const;

/** Words that are known but not planned yet; declaring one is refused by that name. */
export const MODES_TO_COME = ["originate", "mutual", "tcp"] as const;

const MODES = Object.keys(DEFAULT_PORTS);

const Mode = z
  .string()
  .superRefine((mode, context) => {
    if (Object.hasOwn(DEFAULT_PORTS, mode)) return;
    const toCome = (MODES_TO_COME as readonly string[]).includes(mode);
    context.addIssue({
      code: "custom",
      message: toCome ? `tls: ${mode} can't be declared: not yet` : "not a way to reach a host",
      params: { fix: `write one of ${MODES.join(", ")}` },
    });
  })
  .meta({
    description: "none: the application speaks HTTP; passthrough: it speaks TLS itself, forwarded by SNI.",
    enum: MODES,
  })
  .transform((mode) => mode as keyof typeof DEFAULT_PORTS);

/** One host on one port: how it is reached, and who may. */
export const HostEntry = z.strictObject({
  host: HostName,
  tls: Mode,
  port: PortNumber.optional().describe("80 for none and 443 for passthrough by default."),
  gateway: DnsLabel.optional().describe("The gateway by name, where the environment has several."),
  allow: z
    .array(z.strictObject({ from: Caller }))
    .default([])
    .describe("Who may call; nobody by default."),
});
