/** Which room may import which: the arrows of docs/design.md, and none back. */
const ROOMS = {
  model: [],
  plan: ["model"],
  render: ["plan"],
  page: [],
  monitoring: ["model", "plan"],
  access: ["plan/manifest.ts", "plan/labels.ts", "plan/metrics-ports.ts"],
  advice: ["model", "plan", "access"],
  cluster: ["plan"],
  components: ["model", "plan", "cluster", "rollout"],
  infra: ["components", "plan", "access", "cluster"],
  "policy-pack": ["plan", "access"],
  preflight: ["model", "plan", "cluster"],
  rollout: ["plan", "cluster"],
  deploy: ["cluster", "plan"],
  lab: [],
  walk: ["model", "plan", "rollout", "cluster", "lab", "components", "deploy"],
  chaos: ["plan", "lab", "walk"],
  conformance: ["model", "plan", "access", "cluster", "rollout", "lab", "walk"],
  bench: [
    "model",
    "plan",
    "render",
    "access",
    "page",
    "cluster",
    "components",
    "rollout",
    "deploy",
    "lab",
    "walk",
    "cli",
  ],
  cli: [
    "model",
    "plan",
    "render",
    "monitoring",
    "access",
    "advice",
    "page",
    "preflight",
    "rollout",
    "deploy",
    "cluster",
    "lab",
  ],
};

const rooms = Object.keys(ROOMS).join("|");

module.exports = {
  forbidden: [
    {
      name: "no-circle",
      severity: "error",
      from: {},
      to: { circular: true, dependencyTypesNot: ["type-only"] },
    },
    ...Object.entries(ROOMS).map(([room, allowed]) => ({
      name: `${room}-imports-only-its-own`,
      comment: `${room}/ may import ${allowed.join(", ") || "no other room"}`,
      severity: "error",
      from: { path: `^${room}/` },
      to: { path: `^(${rooms})/`, pathNot: `^(${[room, ...allowed].join("|")})(/|$)` },
    })),
    {
      name: "no-tests-in-the-product",
      severity: "error",
      from: { path: `^(${rooms})/` },
      to: { path: "^(test|examples)/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default"],
    },
  },
};
