import { createServer, type Server } from "node:http";
import { text } from "node:stream/consumers";
import { decide, type PolicyHolder, parsePolicy } from "./policy.ts";

/** Envoy asks over HTTP by the request itself, without its body: 200 lets it pass, 403 does not. */
export function httpAuthorizer(holder: PolicyHolder): Server {
  return createServer(async (request, response) => {
    request.resume();
    response.statusCode = (await decide(holder, request.url ?? "")) === "allowed" ? 200 : 403;
    response.end();
  });
}

/** Where the policy is read and, with PUT, changed; 400 for what is none. */
export function policyServer(holder: PolicyHolder): Server {
  return createServer(async (request, response) => {
    if (request.method === "PUT") {
      try {
        holder.policy = parsePolicy(await text(request));
      } catch (error) {
        response.statusCode = 400;
        response.end(`${error instanceof Error ? error.message : String(error)}\n`);
        return;
      }
    }
    response.end(`${JSON.stringify(holder.policy)}\n`);
  });
}
