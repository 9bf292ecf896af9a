import { text } from "node:stream/consumers";
import type { Answer } from "./exchange.ts";
import { type SigningKey, signingKey } from "./signing-key.ts";

/** Each issuer's key, made when it is first asked: a lab has its own, and no file has them. */
const keys = new Map<string, SigningKey>();

const LASTING_SECONDS = 3_600;

/**
 * What an issuer of end users' tokens answers.
 *
 * - `/keys`: its public keys (JWKS); `/.well-known/openid-configuration` says so.
 * - `/token`: a token with the claims of the form that is posted, a field that stands twice as a list. It lasts for
 *   `lasting` seconds, fewer than none where it is to be expired; `iss` is the issuer, unless the form lies.
 */
export async function issuerAnswer(
  host: string,
  method: string,
  path: string,
  requestBody: AsyncIterable<Uint8Array>,
): Promise<Answer> {
  const issuer = `https://${host}`;
  const key = keys.get(host) ?? signingKey(host);
  keys.set(host, key);
  switch (`${method} ${path}`) {
    case "GET /.well-known/openid-configuration":
      return answer(200, JSON.stringify({ issuer, jwks_uri: `${issuer}/keys` }));
    case "GET /keys":
      return answer(200, key.jwks);
    case "POST /token":
      return answer(200, key.sign(claimsOf(issuer, new URLSearchParams(await text(requestBody)))));
    default:
      return answer(404, "no such page");
  }
}

function claimsOf(issuer: string, form: URLSearchParams): object {
  const now = Math.floor(Date.now() / 1_000);
  const lasting = Number(form.get("lasting") ?? LASTING_SECONDS);
  const claims = [...new Set(form.keys())].filter((name) => name !== "lasting");
  return {
    iss: issuer,
    iat: now,
    exp: now + lasting,
    ...Object.fromEntries(
      claims.map((name) => {
        const values = form.getAll(name);
        return [name, values.length === 1 ? values[0] : values];
      }),
    ),
  };
}

function answer(status: number, body: string): Answer {
  return { status, headers: { "content-type": "application/json" }, body };
}
