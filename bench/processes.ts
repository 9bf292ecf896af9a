import { execa } from "execa";

/** What a process took, from the start of node to its end. */
export interface ProcessCost {
  readonly seconds: number;
  /** Of all threads. */
  readonly user: number;
  readonly megabytes: number;
}

/** Runs a `sallyport` command in a process of its own. @throws if it fails */
export async function commandCost(args: readonly string[]): Promise<ProcessCost> {
  const report = "process.on('exit', () => process.stderr.write(JSON.stringify(process.resourceUsage())))";
  const begin = performance.now();
  const { stderr } = await execa(process.execPath, [
    ...["--import", `data:text/javascript,${report}`, "cli/main.ts"],
    ...args,
  ]);
  const seconds = (performance.now() - begin) / 1000;
  const { userCPUTime, maxRSS } = JSON.parse(stderr) as NodeJS.ResourceUsage;
  return { seconds, user: userCPUTime / 1e6, megabytes: maxRSS / 1024 };
}

/** What planning alone takes, in a process that read the file before; the memory is the whole process's. */
export async function planCost(file: string): Promise<ProcessCost> {
  const program = `
    const { loadEnvironment } = await import("./model/load.ts");
    const { planEnvironment } = await import("./plan/plan.ts");
    const { environment } = loadEnvironment(process.argv[1]);
    const begin = performance.now();
    const before = process.cpuUsage();
    planEnvironment(environment);
    const { user } = process.cpuUsage(before);
    const seconds = (performance.now() - begin) / 1000;
    const megabytes = process.resourceUsage().maxRSS / 1024;
    console.log(JSON.stringify({ seconds, user: user / 1e6, megabytes }));`;
  const { stdout } = await execa(process.execPath, ["--input-type=module", "--eval", program, file]);
  return JSON.parse(stdout) as ProcessCost;
}
