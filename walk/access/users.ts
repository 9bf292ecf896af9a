import { commandRow, type Step, type World } from "../document.ts";
import { logRow } from "../gateway-log.ts";
import type { Row } from "../row.ts";
import { codeOf, GATEWAY_NAMESPACE, READER } from "./calls.ts";

const CORP = "http://corp.wild.example.com/";
const PARTNERS = "http://partners.wild.example.com/";

/** Where the caller keeps its tokens, each in a file of its own. */
const tokenFile = (name: string) => `/tmp/${name}.jwt`;
const sent = (name: string, header = "x-user-token") => `-H "${header}: $(cat ${tokenFile(name)})"`;
const PARTNER_HEADER = "x-partner-token";

/** What issuers are asked for: the form of each token. */
const TOKENS: Readonly<Record<string, readonly [issuer: string, ...form: string[]]>> = {
  editor: ["login.example.com", "sub=ann", "groups=readers", "groups=editors"],
  reader: ["login.example.com", "sub=bob", "groups=readers"],
  expired: ["login.example.com", "sub=ann", "groups=editors", "lasting=-3600"],
  partner: ["login.example.net", "sub=eve", "groups=editors", "aud=egress"],
  "for-others": ["login.example.net", "sub=eve", "groups=editors", "aud=others"],
  stranger: ["login.example.org", "sub=ann", "groups=editors"],
  forged: ["login.example.org", "sub=ann", "groups=editors", "iss=https://login.example.com"],
};

/** End users with tokens of real issuers: what each gets, and what of its token is seen behind the gateway. */
export function users(world: World): Step {
  const row = (step: string, command: string, expected: string) =>
    commandRow(world, READER, { step, command, expected });
  const called = (step: string, expected: string, token: string) =>
    row(step, codeOf(CORP, sent(token)), expected);
  const calledByPartner = (step: string, expected: string, token: string, url = PARTNERS) =>
    row(step, codeOf(url, sent(token, PARTNER_HEADER)), expected);
  return {
    title: "End users",
    file: "stacks/lab/access-users.yaml",
    rows: [
      ...Object.entries(TOKENS).map(([name, [issuer, ...form]]) =>
        row(
          `a token: ${name}`,
          `curl -s -m 10 -o ${tokenFile(name)} -w '%{http_code}' ${form.map((field) => `-d ${field}`).join(" ")} https://${issuer}/token`,
          "200",
        ),
      ),
      row("no token", codeOf(CORP), "403"),
      called("the right token", "200", "editor"),
      called("another claim", "403", "reader"),
      called("expired", "401", "expired"),
      called("of an issuer that nobody declared", "401", "stranger"),
      called("signed by another than it says", "401", "forged"),
      calledByPartner("of an issuer that is another host's", "403", "partner", CORP),
      calledByPartner("of an issuer whose keys were found by discovery", "200", "partner"),
      calledByPartner("for another audience", "403", "for-others"),
      called("in another issuer's header", "401", "partner"),
      row(
        "unsigned",
        codeOf(
          CORP,
          `-H "x-user-token: $(printf '{\\"alg\\":\\"none\\"}' | base64).$(cut -d. -f2 ${tokenFile("editor")})."`,
        ),
        "401",
      ),
      row("changed", codeOf(CORP, `-H "x-user-token: $(tr a-c b-d < ${tokenFile("editor")})"`), "401"),
      row("no token at all", codeOf(CORP, "-H 'x-user-token: editor'"), "401"),
      // Envoy takes the first, and both stay inside.
      row("two tokens, the right one first", codeOf(CORP, sent("editor"), sent("reader")), "200"),
      row("two tokens, the right one last", codeOf(CORP, sent("reader"), sent("editor")), "403"),
      row(
        "in the host's own header",
        codeOf(CORP, `-H "authorization: Bearer $(cat ${tokenFile("editor")})"`),
        "403",
      ),
      row(
        "in the query",
        `curl -s -m 10 -o /dev/null -w '%{http_code}' "${CORP}?access_token=$(cat ${tokenFile("editor")})"`,
        "403",
      ),
      receivedRow(world),
      usersLog(world, "editor", "info 200 user ann"),
      usersLog(world, "reader", "info 403 user bob, error 403 user bob"),
      usersLog(
        world,
        "expired",
        "info 401 jwt_authn_access_denied{Jwt_is_expired}, error 401 jwt_authn_access_denied{Jwt_is_expired}",
      ),
      quietRow(world),
    ],
  };
}

/** The headers that the host gets, by its own word: the token is not among them, and the host's own are. */
function receivedRow(world: World): Row {
  const tokens = [sent("editor"), sent("reader"), sent("partner", PARTNER_HEADER)].join(" ");
  return commandRow(
    world,
    READER,
    {
      step: "what the host gets",
      command: `curl -s -m 10 ${tokens} -H 'authorization: Bearer its-own' ${CORP}`,
      expected: "accept, authorization: Bearer its-own, host, user-agent",
    },
    (stdout) => {
      const { headers } = JSON.parse(stdout) as { readonly headers: Readonly<Record<string, string>> };
      return Object.entries(headers)
        .map(([name, value]) => (name === "authorization" ? `${name}: ${value}` : name))
        .sort()
        .join(", ");
    },
  );
}

/** The lines that a call with a token leaves. */
function usersLog(world: World, token: string, expected: string): Row {
  return logRow(
    world,
    { namespace: GATEWAY_NAMESPACE, client: READER, command: codeOf(CORP, sent(token)) },
    ({ level, code, user, details }) => `${level} ${code} ${user === undefined ? details : `user ${user}`}`,
    expected,
  );
}

/** Who could have written something of a token: the gateway, the caller's sidecar and istiod. */
const LOGS = [
  ["-n", GATEWAY_NAMESPACE, "deploy/egress"],
  ["-n", READER.namespace, `deploy/${READER.account}`, "-c", "istio-proxy"],
  ["-n", "istio-system", "deploy/istiod"],
];

/** No log has a token's claims or signature; the rows of the log before have waited for the lines of all calls. */
function quietRow(world: World): Row {
  return {
    step: "the logs after all these calls",
    command: `kubectl logs … | grep -F "$(cut -d. -f2 ${tokenFile("editor")})"`,
    expected: "no token in the logs of 3",
    answer: async () => {
      // The header is the same in all of an issuer's, and no secret.
      const { stdout } = await world.shell(READER, "cut -d. -f2,3 /tmp/*.jwt");
      const parts = stdout.split(/[.\s]+/).filter((part) => part !== "");
      if (parts.length < 2 * Object.keys(TOKENS).length) return "there are too few tokens";
      const told: string[] = [];
      for (const place of LOGS) {
        const text = await world.kubectl.run(["logs", ...place]);
        if (text === "") return `${place.join(" ")} is empty`;
        if (parts.some((part) => text.includes(part))) told.push(place.join(" "));
      }
      return told.join(", ") || `no token in the logs of ${LOGS.length}`;
    },
  };
}
