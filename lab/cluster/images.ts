import type { NodeAddress } from "../addresses.ts";
import type { Artifacts } from "../build/artifacts.ts";
import { LabError } from "../errors.ts";

/** Images that only application nodes run. */
const applicationOnly = ["pilot", "coredns", "authorizer", "prometheus", "collector"];

/** Reference of one of the lab's images by its short name, such as «coredns». */
export function imageReference(artifacts: Artifacts, name: string): string {
  const found = artifacts.images.find(({ reference }) => shortName(reference) === name);
  if (!found) {
    throw new LabError(
      `the image ${name} is missing`,
      `the build made only ${artifacts.images.map(({ reference }) => reference).join(", ")}`,
      "empty Sallyport's cache folder and run `sallyport lab up` again",
    );
  }
  return found.reference;
}

/** The images that one node needs. */
export function imagesFor(node: NodeAddress, images: Artifacts["images"]): Artifacts["images"] {
  if (node.pool === "application") return images;
  return images.filter(({ reference }) => !applicationOnly.includes(shortName(reference)));
}

/** Registry and tag as Istio wants them: HUB/proxyv2:TAG. */
export function hubAndTag(reference: string): { hub: string; tag: string } {
  const slash = reference.lastIndexOf("/");
  const colon = reference.indexOf(":", slash);
  return { hub: reference.slice(0, slash), tag: reference.slice(colon + 1) };
}

function shortName(reference: string): string {
  return reference.slice(reference.lastIndexOf("/") + 1).replace(/:.*/, "");
}
