import { createHash } from "node:crypto";
import { mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runBuildCommand } from "./build-command.ts";
import { fileDigest } from "./fingerprint.ts";

/** How a container of the image starts, in OCI's words. */
export interface ImageConfig {
  readonly user: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** An image to write: one layer, which is what the folder `root` has. */
interface Image {
  readonly reference: string;
  readonly root: string;
  readonly config: ImageConfig;
}

const types = {
  index: "application/vnd.oci.image.index.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar",
} as const;

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

const processors: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };
/** Layers hold no times of building, so that the same content has the same digest. */
const created = "1970-01-01T00:00:00Z";

/** Writes an OCI image archive, as `ctr images import` and `kind load image-archive` take it. The same folder gives the same bytes. */
export async function writeImageArchive(image: Image, archive: string, signal?: AbortSignal): Promise<void> {
  const layout = `${archive}.layout`;
  const blobs = join(layout, "blobs", "sha256");
  await mkdir(blobs, { recursive: true });
  try {
    const layer = await writeLayer(image.root, blobs, signal);
    const config = await writeBlob(blobs, types.config, {
      created,
      architecture: processors[process.arch] ?? process.arch,
      os: "linux",
      config: {
        User: image.config.user,
        Env: Object.entries(image.config.environment).map(([name, value]) => `${name}=${value}`),
        Entrypoint: image.config.entrypoint,
        Cmd: image.config.command,
        WorkingDir: "/",
      },
      rootfs: { type: "layers", diff_ids: [layer.digest] },
      history: [{ created, created_by: "sallyport lab" }],
    });
    const manifest = await writeBlob(blobs, types.manifest, {
      schemaVersion: 2,
      mediaType: types.manifest,
      config,
      layers: [layer],
    });
    const annotations = {
      "io.containerd.image.name": image.reference,
      "org.opencontainers.image.ref.name": image.reference.slice(image.reference.lastIndexOf(":") + 1),
    };
    const index = { schemaVersion: 2, mediaType: types.index, manifests: [{ ...manifest, annotations }] };
    await writeFile(join(layout, "index.json"), JSON.stringify(index));
    await writeFile(join(layout, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
    await pack(layout, archive, signal);
  } finally {
    await rm(layout, { recursive: true, force: true });
  }
}

async function writeLayer(root: string, blobs: string, signal?: AbortSignal): Promise<Descriptor> {
  const unnamed = join(blobs, "layer");
  await pack(root, unnamed, signal);
  const digest = await fileDigest(unnamed);
  await rename(unnamed, join(blobs, digest));
  return { mediaType: types.layer, digest: `sha256:${digest}`, size: (await stat(join(blobs, digest))).size };
}

async function writeBlob(blobs: string, mediaType: string, content: unknown): Promise<Descriptor> {
  const bytes = Buffer.from(JSON.stringify(content));
  const digest = createHash("sha256").update(bytes).digest("hex");
  await writeFile(join(blobs, digest), bytes);
  return { mediaType, digest: `sha256:${digest}`, size: bytes.byteLength };
}

async function pack(directory: string, archive: string, signal?: AbortSignal): Promise<void> {
  await runBuildCommand({
    file: "tar",
    args: ["--create", "--file", archive, "--directory", directory, "--sort=name", "--mtime=@0"].concat(
      "--owner=0",
      "--group=0",
      "--numeric-owner",
      "--format=posix",
      "--pax-option=delete=atime,delete=ctime",
      ".",
    ),
    limit: 300,
    fix: "see whether the disk is full, and whether `tar` is GNU tar",
    ...(signal === undefined ? {} : { signal }),
  });
}
