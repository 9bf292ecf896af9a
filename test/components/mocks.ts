import * as pulumi from "@pulumi/pulumi";

/** A resource as a program registered it. */
interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
}

/** Runs a program against Pulumi's own mocks and tells what it registered with a provider. */
export async function registeredBy(program: () => unknown): Promise<Registered[]> {
  const registered: Registered[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        if (!type.startsWith("sallyport:") && !type.startsWith("pulumi:"))
          registered.push({ type, name, inputs });
        return { id: `${name}-id`, state: inputs };
      },
      call: ({ inputs }) => inputs,
    },
    "sallyport",
    "test",
  );
  acceptHooks();
  await pulumi.runtime.runInPulumiStack(async () => program());
  await pulumi.runtime.disconnect();
  return registered;
}

/** Pulumi's mocks know no resource hooks; they are registered here and, as in a preview, never run. */
function acceptHooks(): void {
  const monitor: object | undefined = pulumi.runtime.getMonitor();
  if (monitor === undefined) throw new Error("the mocks have no monitor");
  Object.assign(monitor, {
    registerResourceHook: (_request: unknown, done: (error: null, answer: object) => void) => done(null, {}),
  });
}
