import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type ImageConfig, writeImageArchive } from "../../lab/build/image-archive.ts";
import { contentOf, type Entry, layOut, programsWithLibraries } from "../../lab/build/root-file-system.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "sallyport-test-"));
});
afterAll(() => rm(directory, { recursive: true }));

const config: ImageConfig = {
  user: "1337:1337",
  entrypoint: ["/bin/x"],
  command: ["y"],
  environment: { A: "b" },
};
const reference = "localhost/sallyport-lab/example:lab";
const descriptor = z.object({ digest: z.string(), size: z.number(), mediaType: z.string() });
const indexShape = z.object({
  manifests: z.array(descriptor.extend({ annotations: z.record(z.string(), z.string()) })).length(1),
});
const manifestShape = z.object({ config: descriptor, layers: z.array(descriptor).length(1) });
const configShape = z.object({
  config: z.object({
    User: z.string(),
    Env: z.array(z.string()),
    Entrypoint: z.array(z.string()),
    Cmd: z.array(z.string()),
  }),
  rootfs: z.object({ diff_ids: z.array(z.string()) }),
});

async function entries(): Promise<Entry[]> {
  const file = join(directory, "source");
  await writeFile(file, "content");
  return [
    { path: "/tmp", directoryMode: 0o1777 },
    { path: "/bin/x", copyOf: file },
    { path: "/etc/text", text: "text\n" },
    { path: "/bin/link", linkTo: "x" },
  ];
}

async function archiveOf(name: string): Promise<string> {
  const root = join(directory, `${name}-root`);
  await layOut(await entries(), root);
  const archive = join(directory, `${name}.tar`);
  await writeImageArchive({ reference, root, config }, archive);
  return archive;
}

test.runIf(process.platform === "linux")(
  "an archive is an OCI layout whose digests and sizes are right",
  async () => {
    const unpacked = join(directory, "unpacked");
    await execa("mkdir", [unpacked]);
    await execa("tar", ["-xf", await archiveOf("one"), "-C", unpacked]);
    const json = async (path: string): Promise<unknown> =>
      JSON.parse(await readFile(join(unpacked, path), "utf8"));
    const blob = async ({ digest, size }: z.infer<typeof descriptor>) => {
      const bytes = await readFile(join(unpacked, "blobs", digest.replace(":", "/")));
      expect(`sha256:${createHash("sha256").update(bytes).digest("hex")}`).toBe(digest);
      expect(bytes.byteLength).toBe(size);
      return bytes;
    };
    expect(await json("oci-layout")).toEqual({ imageLayoutVersion: "1.0.0" });
    const [top] = indexShape.parse(await json("index.json")).manifests;
    if (top === undefined) throw new Error("no manifest");
    expect(top.annotations["io.containerd.image.name"]).toBe(reference);
    const manifest = manifestShape.parse(JSON.parse((await blob(top)).toString()));
    const image = configShape.parse(JSON.parse((await blob(manifest.config)).toString()));
    expect(image.config).toEqual({ User: "1337:1337", Env: ["A=b"], Entrypoint: ["/bin/x"], Cmd: ["y"] });
    const [layer] = manifest.layers;
    if (layer === undefined) throw new Error("no layer");
    await blob(layer);
    // The layer isn't compressed, so its digest is also the one of what it holds.
    expect(image.rootfs.diff_ids).toEqual([layer.digest]);
    const { stdout } = await execa("tar", ["-tvf", join(unpacked, "blobs", layer.digest.replace(":", "/"))]);
    expect(stdout).toMatch(/drwxrwxrwt 0\/0 .* \.\/tmp\/$/m);
    expect(stdout).toMatch(/-rwxr-xr-x 0\/0 .* \.\/bin\/x$/m);
    expect(stdout).toMatch(/\.\/bin\/link -> x$/m);
    expect(await readdir(join(unpacked, "blobs", "sha256"))).toHaveLength(3);
  },
);

test.runIf(process.platform === "linux")("the same content makes the same bytes", async () => {
  const [first, second] = [
    await readFile(await archiveOf("first")),
    await readFile(await archiveOf("second")),
  ];
  expect(first.equals(second)).toBe(true);
});

test("an image's content is named by what its files hold, not by where they are", async () => {
  const before = await contentOf(await entries());
  await writeFile(join(directory, "other"), "content");
  const moved: Entry[] = (await entries()).map((entry) =>
    "copyOf" in entry ? { ...entry, copyOf: join(directory, "other") } : entry,
  );
  expect(await contentOf(moved)).toBe(before);
  await writeFile(join(directory, "other"), "else");
  expect(await contentOf(moved)).not.toBe(before);
});

test.runIf(process.platform === "linux")("a program comes with its libraries and its loader", async () => {
  const paths = (await programsWithLibraries({ "/usr/bin/node": process.execPath })).map(
    (entry) => entry.path,
  );
  expect(paths).toContain("/usr/bin/node");
  expect(paths.some((path) => /\/libc\.(so|musl)/.test(path))).toBe(true);
  expect(paths.some((path) => /\/ld-/.test(path))).toBe(true);
});
