import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { modulesDirectory } from "./directories.ts";
import { fingerprint } from "./fingerprint.ts";

/** One folder of lab/modules and the programs built from it. */
export interface GoModule {
  /** Folder under lab/modules. */
  readonly name: string;
  /** Program name to Go package. */
  readonly programs: Readonly<Record<string, string>>;
  /** Go files in that folder, where a program is our own. */
  readonly sources?: readonly string[];
  /** Variables set by the linker. */
  readonly variables: Readonly<Record<string, string>>;
}

/** In the order of their building: what takes longest first. */
export const goModules: readonly GoModule[] = [
  {
    name: "kubernetes",
    programs: Object.fromEntries(
      ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy", "kubectl"].map(
        (name) => [name, `k8s.io/kubernetes/cmd/${name}`],
      ),
    ),
    // Without it the programs call themselves v0.0.0-master, which clients refuse to parse.
    variables: { "k8s.io/component-base/version.gitVersion": "v1.36.0" },
  },
  {
    name: "istio",
    programs: {
      "pilot-discovery": "istio.io/istio/pilot/cmd/pilot-discovery",
      "pilot-agent": "istio.io/istio/pilot/cmd/pilot-agent",
      istioctl: "istio.io/istio/istioctl/cmd/istioctl",
    },
    variables: {},
  },
  { name: "coredns", programs: { coredns: "github.com/coredns/coredns" }, variables: {} },
  { name: "etcd", programs: { etcd: "go.etcd.io/etcd/server/v3" }, variables: {} },
  {
    name: "network-policies",
    programs: {
      "kube-network-policies": "sigs.k8s.io/kube-network-policies/cmd/kube-network-policies/standard",
    },
    variables: {},
  },
  {
    name: "collector",
    programs: { collector: "sallyport.dev/lab/collector" },
    sources: ["main.go"],
    variables: {},
  },
];

/** Arguments of `go build` before the packages, the same for every module. */
export function goBuildArguments(module: GoModule): string[] {
  const variables = Object.entries(module.variables).map(([name, value]) => `-X ${name}=${value}`);
  return [
    "build",
    "-mod=readonly",
    "-trimpath",
    "-buildvcs=false",
    "-ldflags",
    ["-s -w", ...variables].join(" "),
  ];
}

/** Static programs, the machine's own Go, nothing of the user's workspace. */
export const goEnvironment: Readonly<Record<string, string>> = {
  CGO_ENABLED: "0",
  GOTOOLCHAIN: "local",
  GOWORK: "off",
  GOFLAGS: "",
};

/** What a module's programs are built from: its pinned dependencies, the arguments and the compiler (`go version`). */
export async function goModuleKey(module: GoModule, compiler: string): Promise<string> {
  const directory = join(modulesDirectory, module.name);
  const sources = await Promise.all(
    (module.sources ?? []).map(async (name) => [name, await readFile(join(directory, name))] as const),
  );
  return fingerprint({
    "go.mod": await readFile(join(directory, "go.mod")),
    "go.sum": await readFile(join(directory, "go.sum")),
    ...Object.fromEntries(sources),
    programs: JSON.stringify(module.programs),
    arguments: goBuildArguments(module).join(" "),
    compiler,
  });
}
