import { LabError } from "../errors.ts";

/** The lab's own cluster needs Linux and root: it makes network namespaces. Throws LabError anywhere else. */
export function refuseOtherMachines(): void {
  const fix =
    "run it as root (sudo), or use another cluster: --provider kind where Docker runs, or --context NAME";
  if (process.platform !== "linux") {
    throw new LabError("the lab cannot run here", `it needs Linux, and this is ${process.platform}`, fix);
  }
  if (process.getuid?.() !== 0) {
    throw new LabError("the lab cannot run here", "it makes network namespaces, which only root may", fix);
  }
}
