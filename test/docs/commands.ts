import type { Block } from "./documents.ts";

/** A command as a document shows it, and the answer below it; `…` stands for lines that are not shown. */
interface Shown {
  readonly command: string;
  readonly answer: string;
}

const ON_THE_WAY = "is a step of a clone's way to a commented pull request; test/pull-request goes it";

/** What the documents show and this test can't run, each with the reason. */
export const ELSEWHERE: Readonly<Record<string, string>> = {
  "npm start": "starts the lab; test/e2e walks its rows",
  "npm start -- --context kind-egress": "needs a cluster; test/e2e walks the same rows",
  "npm test": "is what runs this test",
  'npm exec -c "pulumi preview --stack dev"': "needs the engine and a cluster",
  'npm exec -c "pulumi up --stack dev"': "needs the engine and a cluster; test/e2e runs infra/ by the engine",
  'npm exec -c "pulumi destroy --stack dev --run-program"': "needs the engine; test/e2e destroys a stack so",
  "npm run sallyport -- preview --stack dev": "needs the engine and a cluster; test/e2e runs it",
  "npm run sallyport -- up --stack dev": "needs the engine and a cluster; test/e2e runs it",
  "npm run sallyport -- up --stack dev --adopt": "needs the engine and a cluster; test/e2e runs it",
  "npm run sallyport -- destroy --stack dev --yes-destroy dev": "needs the engine; test/e2e runs it",
  'npm exec -c "pulumi preview --stack dev --policy-pack policy-pack"':
    "needs the engine; test/policy-pack runs the pack by the engine",
  'npm exec -c "pulumi up --stack prod --policy-pack policy-pack --policy-pack-config expected.json"':
    "needs the engine and a cluster; test/policy-pack previews so",
  "npm run sallyport -- check stacks/dev.yaml --context dev": "needs a cluster; test/e2e asks one",
  "mkdir -p .github/workflows": ON_THE_WAY,
  "cp examples/pull-request/egress.yml .github/workflows/egress.yml": ON_THE_WAY,
  "cp examples/pull-request/CODEOWNERS .github/CODEOWNERS": ON_THE_WAY,
  "git add .github": ON_THE_WAY,
  'git commit --quiet --message "Pull requests show what changes for whom"': ON_THE_WAY,
  "git push --quiet origin main": ON_THE_WAY,
  'gh label create access-gained --description "Somebody may call what they could not"': "asks GitHub",
  "git switch --quiet --create dw": ON_THE_WAY,
  "printf '  - { host: dw.com, tls: passthrough, allow: [{ from: { namespace: news } }] }\\n' >> stacks/catalog/news.yaml":
    ON_THE_WAY,
  "npm run sallyport -- check stacks/staging.yaml": ON_THE_WAY,
  'git commit --quiet --all --message "news: dw.com"': ON_THE_WAY,
  "npm run sallyport -- diff main...dw": ON_THE_WAY,
  "git push --quiet origin dw": ON_THE_WAY,
  "npm run setup": "installs the dependencies",
  "pulumi stack init dev": "needs the engine",
  "pulumi stack output access --stack dev": "needs the engine, and a stack that was deployed",
  "kubectl apply --server-side --context dev -f build/dev": "needs a cluster",
  "kubectl label node node-1 egress.sallyport.dev/pool=egress": "needs a cluster",
  "kubectl taint node node-1 egress.sallyport.dev/pool=egress:NoSchedule": "needs a cluster",
  "kubectl create secret generic partner-ca --namespace egress --from-file=ca.crt": "needs a cluster",
  "kubectl create secret generic bank-client --namespace egress --from-file=bank-client": "needs a cluster",
  "npm run sallyport -- apply stacks/dev.yaml --context dev --dry-run": "needs a cluster",
  "npm run sallyport -- apply stacks/dev.yaml --context dev": "needs a cluster; test/e2e rolls out so",
  "npm run sallyport -- delete stacks/dev.yaml --context dev --yes-delete dev":
    "needs a cluster; test/e2e takes away so",
  'kubectl logs -n egress -l egress.sallyport.dev/gateway=egress --tail=-1 | grep \'"level":"error"\'':
    "needs a cluster",
  'kubectl logs -n news -l app=reader -c istio-proxy --tail=-1 | grep \'"level":"error"\'': "needs a cluster",
  "npm run sallyport -- lab up": "starts the lab",
  "npm run sallyport -- lab status": "tells of the machine's lab, with exit code 2 where none is",
  "npm run sallyport -- lab firewall gateway-nodes": "needs the lab",
  "npm run sallyport -- lab down": "ends the lab, which other tests may use",
};

/** The arguments of a command that needs no cluster, help among them; undefined of another. */
export function argumentsOf(command: string): string[] | undefined {
  const own =
    /^(?:npm run sallyport --|sallyport) (?<rest>(?:check|diff|explain|matrix|render|monitoring|schema|--help|--version)\b.*)$/;
  const rest = ELSEWHERE[command] === undefined ? own.exec(command)?.groups?.rest : undefined;
  return rest?.match(/'[^']*'|\S+/g)?.map((word) => word.replace(/^'(.*)'$/, "$1"));
}

/** The commands of a console block: lines after `$ `, without the remark after two spaces and a number sign. */
export function shownIn(block: Block): Shown[] {
  return block.text
    .split(/^\$ /m)
    .filter((part) => part !== "")
    .map((part) => {
      const [first = "", ...answer] = part.trimEnd().split("\n");
      return { command: first.replace(/ {2,}# .*$/, ""), answer: answer.join("\n") };
    });
}

/** Whether what was printed is what the document shows. */
export function answers(printed: string, shown: string): boolean {
  const parts = shown.split(/^…$/m).map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  return new RegExp(`^${parts.join("[^]*")}$`).test(printed.trimEnd());
}
