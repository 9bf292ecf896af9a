import { join } from "node:path";
import {
  type AuthorityFiles,
  authorityFiles,
  authorityPeriod,
  writeAuthority,
} from "../internet/authority.ts";
import type { Step } from "../steps.ts";
import { buildGoModule } from "./build-go-module.ts";
import { entryPath, exists, makeOnce } from "./cache-entry.ts";
import { customResourceFiles, customResourcesKey, fetchCustomResources } from "./custom-resources.ts";
import { envoyKey, fetchEnvoy } from "./envoy.ts";
import { fingerprint } from "./fingerprint.ts";
import { goModuleKey, goModules } from "./go-programs.ts";
import { imageRecipes, type Recipe } from "./image-recipes.ts";
import { type ImageFile, imageFile, imageKey, makeImage } from "./images.ts";
import { moduleFolder } from "./module-folder.ts";
import { checkMachine, installPackages, missingPackages } from "./prerequisites.ts";
import { programsFolder } from "./programs-folder.ts";
import { fetchPrometheus, prometheusKey, prometheusPrograms } from "./prometheus.ts";

/** Everything that a lab is started from. */
export interface Artifacts {
  /**
   * Folder with etcd, kube-apiserver, kube-controller-manager, kube-scheduler, kubelet, kube-proxy, kubectl, coredns,
   * kube-network-policies, istioctl, pilot-agent, pilot-discovery and collector.
   */
  readonly bin: string;
  /** OCI archives for `ctr images import`: pause, pilot, proxyv2, coredns, curl, authorizer, prometheus and collector. */
  readonly images: readonly ImageFile[];
  /** YAML files of custom resource definitions that Istio doesn't bring. */
  readonly crds: readonly string[];
  /** PEM files of the lab internet's certificate authority; the images trust it. */
  readonly authority: AuthorityFiles;
}

/** The folders that the steps found or made, filled as they go. */
interface Progress {
  compiler?: string;
  readonly modules: Map<string, string>;
  envoy?: string;
  prometheus?: string;
  crds?: string;
  authority?: string;
  bin?: string;
  images?: readonly ImageFile[];
}

const built = "built before";

/**
 * The steps that build what the lab runs, each with nothing to do when its result is in the cache, and what they
 * built. Every result is named by a hash of what it is built from. `artifacts` throws when the steps haven't run.
 */
export function buildSteps(): { steps: Step[]; artifacts: () => Artifacts } {
  const progress: Progress = { modules: new Map() };
  const steps: Step[] = [
    machineStep(progress),
    packagesStep(),
    ...goModules.map((module) =>
      cachedStep({
        title: `Build ${module.name} from source`,
        path: async () => entryPath(module.name, await goModuleKey(module, await compiler(progress))),
        keep: (path) => void progress.modules.set(module.name, path),
        make: (path, log, signal) => buildGoModule(module, path, log, signal),
      }),
    ),
    cachedStep({
      title: "Fetch Envoy",
      path: async () => entryPath("envoy", await envoyKey()),
      keep: (path) => {
        progress.envoy = path;
      },
      make: fetchEnvoy,
    }),
    cachedStep({
      title: "Fetch Prometheus",
      path: async () => entryPath("prometheus", await prometheusKey()),
      keep: (path) => {
        progress.prometheus = path;
      },
      make: fetchPrometheus,
    }),
    cachedStep({
      title: "Fetch custom resource definitions",
      path: async () => entryPath("custom-resources", await customResourcesKey()),
      keep: (path) => {
        progress.crds = path;
      },
      make: (path, _log, signal) => fetchCustomResources(path, signal),
    }),
    cachedStep({
      title: "Make the certificate authority of the lab's internet",
      path: async () => entryPath("authority", fingerprint({ period: authorityPeriod(new Date()) })),
      keep: (path) => {
        progress.authority = path;
      },
      make: async (path) => void (await makeOnce(path, writeAuthority)),
    }),
    imagesStep(progress),
  ];
  return { steps, artifacts: () => collect(progress) };
}

/** A step whose result is one cache folder. */
interface CachedStep {
  readonly title: string;
  /** Names the folder. */
  readonly path: () => Promise<string>;
  /** Remembers the folder for the steps that follow. */
  readonly keep: (path: string) => void;
  /** Fills the folder. */
  readonly make: (path: string, log: (line: string) => void, signal: AbortSignal) => Promise<void>;
}

function cachedStep({ title, path, keep, make }: CachedStep): Step {
  const named = async () => {
    const found = await path();
    keep(found);
    return found;
  };
  return {
    title,
    skip: async () => (await exists(await named())) && built,
    run: async (log, signal) => make(await named(), log, signal),
  };
}

function machineStep(progress: Progress): Step {
  return {
    title: "Look at the machine",
    run: async (log) => log(await compiler(progress)),
  };
}

function packagesStep(): Step {
  return {
    title: "Install the programs that are missing",
    skip: async () => (await missingPackages()).length === 0 && "all there",
    run: async (log, signal) => installPackages(await missingPackages(), log, signal),
  };
}

function imagesStep(progress: Progress): Step {
  return {
    title: "Make container images",
    skip: async () => {
      // What they are made of may be missing until the steps before have run.
      const ingredients = [progress.authority, progress.envoy, progress.prometheus].map(folder);
      if ((await Promise.all(ingredients.map(exists))).includes(false)) return false;
      const planned = await plannedImages(progress);
      const found = await Promise.all(planned.map(({ path }) => exists(path)));
      if (found.includes(false)) return false;
      await record(progress, planned);
      return built;
    },
    run: async (log, signal) => {
      const planned = await plannedImages(progress, signal);
      for (const { recipe, path } of planned) {
        log(recipe.name);
        await makeImage(recipe, path, signal);
      }
      await record(progress, planned);
    },
  };
}

interface PlannedImage {
  readonly recipe: Recipe;
  readonly path: string;
}

async function plannedImages(progress: Progress, signal?: AbortSignal): Promise<PlannedImage[]> {
  const bin = await programsFolder([...progress.modules.values()]);
  progress.bin = bin;
  const recipes = await imageRecipes({
    pilotDiscovery: join(bin, "pilot-discovery"),
    pilotAgent: join(bin, "pilot-agent"),
    coredns: join(bin, "coredns"),
    collector: join(bin, "collector"),
    envoy: join(folder(progress.envoy), "envoy"),
    prometheus: prometheusPrograms(folder(progress.prometheus)).prometheus,
    bootstrapTemplate: join(
      await moduleFolder("istio", "istio.io/istio", signal),
      "tools/packaging/common/envoy_bootstrap.json",
    ),
    authority: authorityFiles(folder(progress.authority)).certificate,
  });
  return Promise.all(
    recipes.map(async (recipe) => ({
      recipe,
      path: entryPath(`image-${recipe.name}`, await imageKey(recipe)),
    })),
  );
}

async function record(progress: Progress, planned: readonly PlannedImage[]): Promise<void> {
  progress.images = planned.map(({ recipe, path }) => imageFile(recipe, path));
}

async function compiler(progress: Progress): Promise<string> {
  progress.compiler ??= await checkMachine();
  return progress.compiler;
}

function collect(progress: Progress): Artifacts {
  const { bin, images } = progress;
  if (bin === undefined || images === undefined)
    throw new TypeError("the build steps have not run to their end");
  return {
    bin,
    images,
    crds: customResourceFiles(folder(progress.crds)),
    authority: authorityFiles(folder(progress.authority)),
  };
}

function folder(path: string | undefined): string {
  if (path === undefined) throw new TypeError("a build step was left out");
  return path;
}
