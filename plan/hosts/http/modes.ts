import type { Host, Mode } from "../../../model/environment.ts";
import type { Json } from "../../manifest.ts";
import { mutualTls } from "./mutual.ts";
import { originateTls } from "./originate.ts";

/** The TLS that the gateway speaks in each mode that has it; mode `none` is plain HTTP from the gateway on. */
export const TLS_BY_MODE: Readonly<Partial<Record<Mode, (host: Host) => Json>>> = {
  originate: originateTls,
  mutual: mutualTls,
};
