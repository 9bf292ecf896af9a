import { Command, Option } from "commander";
import type { Answer } from "../../access/evaluate/evaluate.ts";
import { explainCall } from "../../access/evaluate/explain.ts";
import { type Call, meshOf, probeOf } from "../../advice/call.ts";
import { placesOf } from "../../advice/places.ts";
import { suggest } from "../../advice/suggest.ts";
import { planEnvironment } from "../../plan/plan.ts";
import { parseCaller, parseHeader, parseMethod, parseTarget, schemeOf, type Target } from "../call.ts";
import { loadDeclaration, nowOption, warn } from "../environment.ts";
import { type Explained, textOf, type Verdict } from "./text.ts";

const FORMATS = ["text", "json"] as const;

interface Options {
  readonly from: Pick<Call, "namespace" | "account">;
  readonly to: Target;
  readonly method?: string;
  readonly header?: Call["headers"];
  readonly format: (typeof FORMATS)[number];
  readonly now?: Date;
}

export function explainCommand(): Command {
  return new Command("explain")
    .description(
      "Tell whether one call is allowed, what decides at each step of its way, and what would allow it.",
    )
    .argument("<file>", "the environment file, such as stacks/dev.yaml")
    .requiredOption("--from <account>", "who calls: a namespace and a service account of it", parseCaller)
    .requiredOption("--to <target>", "what is called: a URL, or a host and its port", parseTarget)
    .option(
      "--method <method>",
      "of a request; without it GET is asked, and a rule suggested for all",
      parseMethod,
    )
    .option("--header <header>", "of a request, as name:value; may be given several times", parseHeader)
    .addOption(new Option("--format <format>", "how it is printed").choices(FORMATS).default("text"))
    .addOption(nowOption())
    .addHelpText(
      "after",
      `
It is read out of the manifests that render prints, by what Istio would do with them. Each step names the object that
decides, and where in the files that stands for which it is made. Of a refused call the last step decides; then comes
the smallest declaration that allows it, tried together with all else, or why there is none.
The exit code is 0 whether the call is allowed or not; "verdict" of --format json tells a program.

Examples:
  sallyport explain stacks/dev.yaml --from news/politics --to http://edition.cnn.com/politics
  sallyport explain stacks/dev.yaml --from payments/checkout --to api.stripe.com:443 --format json`,
    )
    .action((file: string, { from, to, method, header = {}, format, now }: Options) => {
      const declaration = loadDeclaration(file, { now });
      if (declaration === undefined) return;
      warn(declaration.expired.map(({ problem }) => problem));
      const { environment } = declaration;
      const { mesh } = environment;
      const { host, port, path } = to;
      const asked = {
        ...from,
        host,
        port,
        scheme: schemeOf(to, environment),
        ...(path === undefined ? {} : { path }),
        ...(method === undefined ? {} : { method }),
      };
      const call: Call = { ...asked, headers: header };
      const manifests = planEnvironment(environment).map(({ manifest }) => manifest);
      const { steps, ...outcome } = explainCall(manifests, probeOf(call, mesh), meshOf(mesh));
      const place = placesOf(declaration, call);
      const verdict = VERDICTS[outcome.answer] ?? "refused";
      const tried = { file, declaration, ...(now === undefined ? {} : { now }) };
      const explained: Explained = {
        environment: environment.name,
        call: asked,
        verdict,
        ...outcome,
        steps: steps.map((step) => {
          const declared = place(step);
          return { ...step, ...(declared === undefined ? {} : { declared }) };
        }),
        ...(verdict === "allowed" || verdict === "unknown" ? {} : { advice: suggest(tried, call) }),
      };
      process.stdout.write(format === "json" ? `${JSON.stringify(explained, null, 2)}\n` : textOf(explained));
    });
}

const VERDICTS: Readonly<Partial<Record<Answer, Verdict>>> = {
  allowed: "allowed",
  direct: "past-gateways",
  unknown: "unknown",
};
