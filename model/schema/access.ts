import { z } from "zod";
import { dnsLabelFault } from "../values/names.ts";
import { pathFault } from "../values/paths.ts";
import {
  checked,
  DnsLabel,
  Duration,
  eachOnce,
  matching,
  PortNumber,
  ServiceAccountName,
} from "./scalars.ts";

const CallerNamespace = checked(
  (name) => (name === "*" ? undefined : dnsLabelFault(name)),
  "A namespace with all its service accounts; * is everyone in the mesh.",
);

const InNamespace = z.strictObject({ namespace: CallerNamespace });
const Account = z.strictObject({ serviceAccount: ServiceAccountName });
const FORMS = "either { namespace: news } or { serviceAccount: news/politics }";

/** Who calls: every service account of a namespace, or one account. */
const Caller = z.union([InNamespace, Account]).describe(FORMS);

const Callers = z
  .union([InNamespace, Account, z.array(Caller).min(1)])
  .describe(`${FORMS}, or a list of these`);

/** A day that there is. */
const Day = checked((text) => {
  const there = /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));
  return there && new Date(text).toISOString().startsWith(text)
    ? undefined
    : { why: "not a day", fix: "write it as year-month-day, such as 2026-12-31" };
}, "A day such as 2026-12-31, in UTC: the last on which this counts.");

const Method = checked(
  (method) =>
    /^[A-Z][A-Z-]{0,31}$/.test(method)
      ? undefined
      : { why: "not an HTTP method: they are in capitals", fix: suggestMethod(method) },
  "An HTTP method such as GET.",
);

function suggestMethod(method: string): string {
  return /^[a-z]{1,16}$/i.test(method) ? `write ${method.toUpperCase()}` : "write such as GET or POST";
}

const HeaderName = checked((name) => {
  if (["host", "authority"].includes(name.toLowerCase()) || name.startsWith(":"))
    return { why: "the host is told by host:, the path by paths:", fix: "remove it" };
  return /^[a-z0-9][a-z0-9_-]{0,127}$/.test(name)
    ? undefined
    : { why: "not a header's name in lower case", fix: "write such as x-team" };
}, "A header's name, in lower case.");

const Value = matching(
  /^(?!\*.*\*$)(?!.*[^*]\*[^*])[\x21-\x7e]([\x20-\x7e]{0,254}[\x21-\x7e])?$/,
  "not a value that can be compared: plain text with at most one star, at its beginning or end",
  "write such as news or news-*",
  "A value; a star at its beginning or end stands for anything.",
);

const Values = z.array(Value).min(1);

const Users = z.strictObject({
  issuer: DnsLabel.describe("One of the environment's issuers, by name."),
  claims: z
    .record(
      matching(
        /^[A-Za-z0-9_:./-]{1,128}$/,
        "not a claim's name",
        "write such as groups",
        "The name of a claim.",
      ),
      Values,
    )
    .default({})
    .describe("The token has one of the values of each."),
});

const Path = checked(pathFault, "A path: exact, prefix (/a/*), suffix (*.json) or template (/a/{*}/b).");

/** What a rule looks at beside the caller. */
const request = {
  paths: z.array(Path).min(1).optional().describe("The request's path is one of these."),
  methods: z.array(Method).min(1).optional().describe("Its method is one of these."),
  headers: z.record(HeaderName, Values).optional().describe("It has one of the values of each header."),
  users: Users.optional().describe("It carries an end user's token."),
};

/** A rule that allows, of a host. */
const AllowRule = z.strictObject({
  from: Callers,
  except: z.array(Caller).min(1).optional().describe("Whom of those it does not allow."),
  ...request,
  until: Day.optional(),
  monitored: z
    .literal(false)
    .optional()
    .describe("Its callers are in no log, whatever they do with the host."),
  confirmed: z.literal(true).optional().describe("Everyone in the mesh is meant."),
});

const Exemption = z
  .union([InNamespace.extend({ until: Day.optional() }), Account.extend({ until: Day.optional() })])
  .describe(`${FORMS}, with until: (its last day)`);

/** A rule that denies, of a host: it wins over every rule that allows. */
const DenyRule = z.strictObject({
  from: Callers.optional().describe("Everyone by default."),
  except: z.array(Exemption).min(1).optional().describe("Who is exempt from it."),
  ...request,
  mode: z
    .enum(["enforce", "audit"])
    .default("enforce")
    .describe("audit: what it would refuse is logged and counted, and let through."),
  until: Day.optional().describe("The last day of an audit; from the day after it is enforced."),
});

const ports = eachOnce(z.array(PortNumber).min(1))
  .optional()
  .describe("For hosts on these ports; for all by default.");
/** A rule for all hosts of a file. */
export const FileAllowRule = AllowRule.extend({ ports });
export const FileDenyRule = DenyRule.extend({ ports });

/** What both kinds of file have for all their hosts. */
export const fileRules = {
  allow: z.array(FileAllowRule).default([]).describe("Who may call every host that this covers."),
  deny: z.array(FileDenyRule).default([]).describe("What is refused at every host that this covers."),
};

/** What a host has of access beside its own mode. */
export const hostAccess = {
  allow: z.array(AllowRule).default([]).describe("Who may call; nobody by default."),
  deny: z.array(DenyRule).default([]).describe("What is refused all the same; it wins over allow."),
  refuse: z
    .enum(["forbidden", "not-found"])
    .default("forbidden")
    .describe("How a request that no rule allows is answered: 403, or 404 for paths that are not allowed."),
  authorizer: DnsLabel.optional().describe("The external authorizer to ask, by name."),
};

/** Who issues end users' tokens. */
const Issuer = z.strictObject({
  name: DnsLabel.describe("As rules name it."),
  issuer: matching(
    /^[\x21-\x7e]{1,512}$/,
    "not an issuer",
    "write what tokens have as iss, such as https://login.example.com",
    "What tokens have as iss.",
  ),
  jwks: z.string().min(1).optional().describe("The keys that sign tokens, as JSON (JWKS)."),
  jwksUri: matching(
    /^https?:\/\/[\x21-\x7e]{1,1024}$/,
    "not a URL",
    "write such as https://login.example.com/keys",
    "Where istiod gets these keys.",
  ).optional(),
  audiences: z.array(z.string().min(1)).min(1).optional().describe("A token has one of these as aud."),
  header: HeaderName.default("x-user-token").describe("The request's header that carries the token."),
});

/** An external authorizer, which the gateway asks about each request. */
const Authorizer = z.strictObject({
  name: DnsLabel.describe("As hosts name it, and the mesh's extensionProviders."),
  service: matching(
    /^[a-z0-9][-a-z0-9]{0,62}\.[a-z0-9][-a-z0-9]{0,62}\.svc\.[a-z0-9][-a-z0-9.]{0,120}$/,
    "not a Service's full name",
    "write such as authz.iam.svc.cluster.local",
    "The Service that answers, by its full name.",
  ),
  port: PortNumber,
  protocol: z.enum(["grpc", "http"]).describe("Envoy's ext_authz over gRPC or HTTP."),
  timeout: Duration.describe("How long it may take; then the request is refused."),
});

/** Who may see what Sallyport made for a team's hosts. */
const Owner = z.strictObject({
  groups: z.array(z.string().min(1)).min(1).describe("Kubernetes groups."),
});

/** What an environment has for access. */
export const environmentAccess = {
  production: z
    .boolean()
    .default(false)
    .describe("Whether what is better not declared is an error rather than a warning."),
  issuers: z.array(Issuer).default([]).describe("Who issues end users' tokens."),
  authorizers: z.array(Authorizer).default([]).describe("External authorizers."),
  owners: z
    .record(DnsLabel, Owner)
    .default({})
    .describe("By owner: who may read what is made for their hosts."),
  ...fileRules,
};
