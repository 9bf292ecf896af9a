import { startGrpcAuthorizer } from "./grpc-server.ts";
import { httpAuthorizer, policyServer } from "./http-servers.ts";
import type { PolicyHolder } from "./policy.ts";

/** Until it is told something else, nothing is allowed. */
const holder: PolicyHolder = { policy: { paths: [], delay: 0 } };

await startGrpcAuthorizer(holder, "0.0.0.0:9000");
httpAuthorizer(holder).listen(8000);
// From the pod itself alone: who may call the authorizer may not change what it says.
policyServer(holder).listen(8001, "127.0.0.1");
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => process.exit(0));
