import { type ClientHttp2Session, connect as connectHttp2 } from "node:http2";
import type { RequestOptions } from "node:https";
import { connect, type TLSSocket } from "node:tls";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Authority, createAuthority } from "../../lab/cluster/certificates.ts";
import { startHttpServer, startHttpsServer } from "../../lab/internet/http-server.ts";
import type { RunningServer } from "../../lab/internet/server.ts";
import type { Visit } from "../../lab/internet/visit.ts";
import { ask, type Got } from "./internet-client.ts";

const hosts = ["edition.cnn.com", "es.wikipedia.org", "echo.example.com", "*.wild.example.com"];
const seen: Visit[] = [];
let authority: Authority;
let servers: Record<"http" | "https", RunningServer>;

beforeAll(async () => {
  authority = await createAuthority("test internet");
  const issue = (host: string) => authority.issue({ commonName: host, dnsNames: [host] });
  const certificates = {
    hosts: Object.fromEntries(
      await Promise.all(hosts.map(async (host) => [host, await issue(host)] as const)),
    ),
    fallback: await issue("no-such-host.invalid"),
  };
  const endpoint = { address: "127.0.0.1", port: 0 };
  const log = (visit: Visit) => void seen.push(visit);
  servers = {
    http: await startHttpServer(endpoint, log),
    https: await startHttpsServer(endpoint, log, certificates),
  };
});
afterAll(() => Promise.all([servers.http.close(), servers.https.close()]));

function get(scheme: "http" | "https", host: string, path: string, more: RequestOptions = {}): Promise<Got> {
  return ask(scheme, servers[scheme].port, host, path, { ca: authority.certificate, ...more });
}

test("edition.cnn.com answers HTTP with 301 to the same path over HTTPS, and HTTPS with its page", async () => {
  const first = await get("http", "edition.cnn.com", "/politics?x=1");
  expect(first.status).toBe(301);
  expect(first.headers.location).toBe("https://edition.cnn.com/politics?x=1");
  const second = await get("https", "edition.cnn.com", "/politics?x=1");
  expect(second).toMatchObject({ status: 200, headers: { "content-type": "text/html; charset=utf-8" } });
  expect(second.body).toContain("<title>CNN Politics");
});

test("each language has a title of its own, in UTF-8", async () => {
  const { body, headers } = await get("https", "es.wikipedia.org", "/wiki/Wikipedia:Portada");
  expect(body).toContain("<title>Wikipedia, la enciclopedia libre</title>");
  expect(Number(headers["content-length"])).toBe(Buffer.byteLength(body));
});

test("hosts and pages that don't exist are 404", async () => {
  expect((await get("http", "nobody.example.com", "/")).status).toBe(404);
  expect((await get("https", "edition.cnn.com", "/nothing")).status).toBe(404);
  expect((await get("http", "constructor", "/")).status).toBe(404);
  expect((await get("https", "edition.cnn.com", "/__proto__")).status).toBe(404);
});

test("the echo host returns what it got", async () => {
  const { body } = await get("https", "echo.example.com", "/a?b", {
    method: "GET",
    headers: { "x-asked": "yes" },
  });
  expect(JSON.parse(body)).toMatchObject({
    scheme: "https",
    host: "echo.example.com",
    path: "/a?b",
    sni: "echo.example.com",
    alpn: null,
    clientCertificate: null,
    headers: { "x-asked": "yes" },
  });
});

test("every name right under the wildcard's domain answers, by a certificate that is right for it", async () => {
  for (const host of ["any.wild.example.com", "other.wild.example.com"]) {
    expect(JSON.parse((await get("https", host, "/")).body)).toMatchObject({ host, sni: host });
    expect((await get("http", host, "/")).status).toBe(200);
  }
  expect((await get("http", "wild.example.com", "/")).status).toBe(404);
});

test("HEAD has the length of the page and no body", async () => {
  const { body, headers } = await get("https", "edition.cnn.com", "/", { method: "HEAD" });
  expect(body).toBe("");
  expect(Number(headers["content-length"])).toBeGreaterThan(100);
});

test("each name gets a certificate of its own, other names one that fits none", async () => {
  const subject = async (servername: string) => {
    const socket = await handshake(servername);
    const { subject } = socket.getPeerCertificate();
    socket.destroy();
    return subject.CN;
  };
  expect(await subject("edition.cnn.com")).toBe("edition.cnn.com");
  expect(await subject("es.wikipedia.org")).toBe("es.wikipedia.org");
  expect(await subject("nobody.example.com")).toBe("no-such-host.invalid");
  expect(await subject("any.wild.example.com")).toBe("*.wild.example.com");
  expect(await subject("a.any.wild.example.com")).toBe("no-such-host.invalid");
});

test("HTTP/2 is spoken to who asks for it", async () => {
  const session = connectHttp2(`https://127.0.0.1:${servers.https.port}`, {
    servername: "echo.example.com",
    ca: authority.certificate,
  });
  const body = await getHttp2(session, "echo.example.com", "/two");
  session.close();
  expect(JSON.parse(body)).toMatchObject({
    httpVersion: "2.0",
    alpn: "h2",
    host: "echo.example.com",
    path: "/two",
  });
});

test("the log says what the outside saw", async () => {
  await get("https", "edition.cnn.com", "/sport");
  expect(seen.at(-1)).toMatchObject({
    scheme: "https",
    method: "GET",
    host: "edition.cnn.com",
    path: "/sport",
    sni: "edition.cnn.com",
    remoteAddress: "127.0.0.1",
    status: 200,
  });
  expect(seen.at(-1)).not.toHaveProperty("headers");
});

function handshake(servername: string): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port: servers.https.port, servername, rejectUnauthorized: false };
    const socket = connect(options, () => resolve(socket));
    socket.once("error", reject);
  });
}

function getHttp2(session: ClientHttp2Session, host: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    session.once("error", reject);
    const stream = session.request({ ":authority": host, ":path": path });
    let body = "";
    stream.setEncoding("utf8").on("data", (text: string) => {
      body += text;
    });
    stream.once("end", () => resolve(body)).once("error", reject);
    stream.end();
  });
}
