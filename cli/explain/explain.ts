import { Command, Option } from "commander";
import type { Answer } from "../../access/evaluate/evaluate.ts";
import { explainCall } from "../../access/evaluate/explain.ts";
import { type Call, meshOf, probeOf } from "../../advice/call.ts";
import { addressOf } from "../../advice/hosts.ts";
import { placesOf } from "../../advice/places.ts";
import { suggest } from "../../advice/suggest.ts";
import type { Environment } from "../../model/index.ts";
import { planEnvironment } from "../../plan/plan.ts";
import {
  parseCaller,
  parseClaims,
  parseHeader,
  parseMethod,
  parseTarget,
  schemeOf,
  type Target,
  withIssuer,
} from "../input/call.ts";
import { loadDeclaration, nowOption, warn } from "../input/environment.ts";
import { helpText } from "../output/help.ts";
import { columnsOf } from "../output/terminal.ts";
import { type Explained, textOf, type Verdict } from "./text.ts";

const FORMATS = ["text", "json"] as const;

interface Options {
  readonly from: Pick<Call, "namespace" | "account">;
  readonly to: Target;
  readonly method?: string;
  readonly header?: Call["headers"];
  readonly claims?: NonNullable<Call["claims"]>;
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
    .option(
      "--claims <json>",
      'what the end user\'s token says, such as \'{"sub":"ada","groups":["eng"]}\'; without it there is none',
      parseClaims,
    )
    .addOption(new Option("--format <format>", "how it is printed").choices(FORMATS).default("text"))
    .addOption(nowOption())
    .addHelpText(
      "after",
      helpText(`
It is read out of the manifests that render prints, by what Istio would do with them. Each step names the object that
decides, and where in the files that stands for which it is made. Of a refused call the last step decides; then comes
the smallest declaration that allows it, tried together with all else, or why there is none.

A token is taken to be in order. Without iss it is of the environment's issuer, and without aud for the gateway.
A host that is declared by addresses is asked for at the first of them where --to has its name.

The exit code is 0 whether the call is allowed or not; "verdict" of --format json tells a program. It is unknown where
something has a say that is not judged, such as an authorizer: "unsure" names it, and "answer" is what comes without it.

Examples:
  sallyport explain stacks/dev.yaml \\
    --from news/politics --to http://edition.cnn.com/politics
  sallyport explain stacks/dev.yaml --format json \\
    --from payments/checkout --to api.stripe.com:443
  sallyport explain stacks/users.yaml --from news/web \\
    --to http://edition.cnn.com/ --claims '{"sub":"ada","groups":["editors"]}'`),
    )
    .action(
      (file: string, { from, to, method, header = {}, claims, format, now }: Options, command: Command) => {
        const declaration = loadDeclaration(file, { now });
        if (declaration === undefined) return;
        warn(declaration.expired.map(({ problem }) => problem));
        const { environment, declared } = declaration;
        const { mesh } = environment;
        const token = claims && withIssuer(claims, environment);
        if (claims !== undefined && token === undefined)
          command.error(
            `error: ${file} has several issuers: say in --claims whose token it is, as "iss": ${issuersOf(environment)}`,
          );
        const { host, port, path } = to;
        const address = addressOf(declared, to);
        const asked = {
          ...from,
          host,
          ...(address === undefined ? {} : { address }),
          port,
          scheme: schemeOf(to, environment),
          ...(path === undefined ? {} : { path }),
          ...(method === undefined ? {} : { method }),
          ...(token === undefined ? {} : { claims: token }),
        };
        const call: Call = { ...asked, headers: header };
        const manifests = planEnvironment(environment).map(({ manifest }) => manifest);
        const { steps, ...outcome } = explainCall(manifests, probeOf(call, mesh), meshOf(mesh));
        const place = placesOf(declaration, call);
        const answered = VERDICTS[outcome.answer] ?? "refused";
        const verdict = outcome.unsure.length === 0 ? answered : "unknown";
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
          ...(answered === "allowed" || answered === "unknown" ? {} : { advice: suggest(tried, call) }),
        };
        process.stdout.write(
          format === "json"
            ? `${JSON.stringify(explained, null, 2)}\n`
            : textOf(explained, process.stdout.isTTY ? columnsOf(process.stdout) : undefined),
        );
      },
    );
}

function issuersOf({ issuers = [] }: Environment): string {
  return issuers.map(({ issuer }) => JSON.stringify(issuer)).join(" or ");
}

const VERDICTS: Readonly<Partial<Record<Answer, Verdict>>> = {
  allowed: "allowed",
  direct: "past-gateways",
  unknown: "unknown",
};
