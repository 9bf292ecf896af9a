import { KubeConfig, VersionApi } from "@kubernetes/client-node";
import { LabError } from "../errors.ts";

/**
 * A cluster that is there already, by its name in the user's own kubeconfig; no lab is made. Throws LabError when
 * the name is not known or the cluster does not answer.
 */
export async function useContext(
  name: string,
): Promise<{ context: string; server: string; version: string }> {
  const config = new KubeConfig();
  config.loadFromDefault();
  if (!config.getContextObject(name)) {
    // The library makes this one up where there is no kubeconfig at all.
    const known = config.getContexts().flatMap(({ name }) => (name === "loaded-context" ? [] : [name]));
    throw new LabError(
      `there is no context ${name}`,
      `the kubeconfig has ${known.length > 0 ? known.join(", ") : "no contexts"}`,
      "give one of these, or set KUBECONFIG to the file that has it",
    );
  }
  config.setCurrentContext(name);
  const server = config.getCurrentCluster()?.server ?? "";
  try {
    const limit = AbortSignal.timeout(10_000);
    const request = config.makeApiClient(VersionApi).getCode();
    const late = new Promise<never>((_, reject) => {
      limit.addEventListener("abort", () => reject(new Error("no answer within 10 s")), { once: true });
    });
    const { gitVersion } = await Promise.race([request, late]);
    return { context: name, server, version: gitVersion };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new LabError(
      `the cluster of context ${name} does not answer`,
      `${server}: ${why}`,
      "start it, or check the network",
      {
        cause: error,
      },
    );
  }
}
