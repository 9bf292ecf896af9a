import { on } from "node:events";
import type { Readable } from "node:stream";
import { execa } from "execa";
import { nodes } from "../addresses.ts";
import { LabError } from "../errors.ts";
import { internetNamespace } from "./topology.ts";

/** A place where packets pass: between the applications' node and the gateways', or between these and the internet. */
export type Place = "hop" | "outside";

/** Packets that are being written down. */
export interface Capture {
  /** Ends it. Gives all packets since it began, whole, as a pcap file. */
  stop(): Promise<Buffer>;
}

const [application] = nodes;
const PLACES: Readonly<Record<Place, { readonly namespace: string; readonly link: string }>> = {
  hop: { namespace: application?.name ?? "", link: "nodes" },
  outside: { namespace: internetNamespace, link: "hub" },
};

/** So long tcpdump may take to begin. */
const LIMIT_MILLISECONDS = 10_000;

/**
 * Writes down every TCP packet at a place of the lab's network until it is stopped.
 *
 * @throws LabError where tcpdump does not begin
 */
export async function capture(place: Place): Promise<Capture> {
  const { namespace, link } = PLACES[place];
  const tcpdump = ["tcpdump", "-i", link, "-s", "0", "-U", "--immediate-mode", "-w", "-", "tcp"];
  const running = execa("nsenter", [`--net=/run/netns/${namespace}`, "--", ...tcpdump], {
    stdin: "ignore",
    encoding: "buffer",
    reject: false,
  });
  await begun(running.stderr);
  return {
    async stop() {
      running.kill("SIGINT");
      return Buffer.from((await running).stdout);
    },
  };
}

/** Waits until tcpdump says that it listens, which may come in pieces, or what keeps it from that. */
async function begun(stderr: Readable): Promise<void> {
  let said = "";
  for await (const [chunk] of on(stderr, "data", {
    signal: AbortSignal.timeout(LIMIT_MILLISECONDS),
    close: ["end"],
  })) {
    said += chunk;
    if (said.includes("listening")) return;
  }
  throw new LabError("Packets can't be captured", said.trim(), "see `sallyport lab status`");
}
