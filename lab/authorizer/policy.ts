/** What the authorizer knows: the list provider of document 002. It can be changed while it runs. */
interface Policy {
  /** Paths that are allowed, each as it stands. */
  readonly paths: readonly string[];
  /** So long it thinks before each answer, in milliseconds. */
  readonly delay: number;
}

/** The policy that holds now. */
export interface PolicyHolder {
  policy: Policy;
}

/** Decides on a request by its path, its query left out. */
export async function decide({ policy }: PolicyHolder, path: string): Promise<"allowed" | "refused"> {
  await new Promise((resolve) => setTimeout(resolve, policy.delay));
  return policy.paths.includes(path.replace(/\?.*$/, "")) ? "allowed" : "refused";
}

/** @throws TypeError if a text is not a policy as JSON */
export function parsePolicy(text: string): Policy {
  const { paths, delay = 0 } = JSON.parse(text) as Partial<Record<keyof Policy, unknown>>;
  if (!Array.isArray(paths) || !paths.every((path) => typeof path === "string") || typeof delay !== "number")
    throw new TypeError('a policy is {"paths": ["/health"], "delay": 0}');
  return { paths, delay };
}
