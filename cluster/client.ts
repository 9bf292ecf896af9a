import { KubeConfig } from "@kubernetes/client-node";
import type { ClusterAccess } from "./access.ts";

/** The cluster can't be spoken to, or said no: what, and how to mend it. */
export class ClusterError extends Error {
  readonly fix: string;

  constructor(what: string, fix: string, options?: ErrorOptions) {
    super(what, options);
    this.name = "ClusterError";
    this.fix = fix;
  }
}

/**
 * The kubeconfig to speak with.
 *
 * @throws ClusterError if there is none, or it has no such context
 */
export function connect({ kubeconfig, context }: ClusterAccess): KubeConfig {
  const config = new KubeConfig();
  try {
    if (kubeconfig === undefined) config.loadFromDefault();
    else if (isText(kubeconfig)) config.loadFromString(kubeconfig);
    else config.loadFromFile(kubeconfig);
  } catch (error) {
    throw new ClusterError(
      // Its text may hold keys: it is never shown.
      `the kubeconfig${placeOf(kubeconfig)} can't be read`,
      "give the path of a kubeconfig file, or its text",
      { cause: error },
    );
  }
  if (isPlaceholder(config))
    throw new ClusterError(
      "there is no kubeconfig: KUBECONFIG is not set, and ~/.kube/config is not there",
      "set KUBECONFIG to the path of one, or give it by --kubeconfig or kubernetes:kubeconfig",
    );
  if (context !== undefined) {
    if (config.getContextObject(context) === null)
      throw new ClusterError(
        `the kubeconfig has no context ${context}`,
        `use one of ${config
          .getContexts()
          .map(({ name }) => name)
          .join(", ")}`,
      );
    config.setCurrentContext(context);
  }
  if (config.getCurrentCluster() === null)
    throw new ClusterError("the kubeconfig names no cluster", "choose a context with --context");
  return config;
}

/** Whether it is what the library makes up where it finds none: this context, of a cluster on this machine. */
function isPlaceholder(config: KubeConfig): boolean {
  return (
    config.getCurrentContext() === "loaded-context" &&
    config.getCurrentCluster()?.server === "http://localhost:8080"
  );
}

/** Where a kubeconfig was looked for: in the order in which kubectl looks. Nothing is told of one that is a text. */
function placeOf(kubeconfig: string | undefined): string {
  if (kubeconfig !== undefined) return isText(kubeconfig) ? "" : ` ${kubeconfig}`;
  const { KUBECONFIG = "" } = process.env;
  return KUBECONFIG === "" ? " ~/.kube/config" : ` ${KUBECONFIG} (from KUBECONFIG)`;
}

/** Pulumi's own setting is a path or the file's text; no path has these. */
function isText(kubeconfig: string): boolean {
  return /[\n{]|apiVersion:/.test(kubeconfig);
}
