import { internet } from "../../lab/addresses.ts";
import type { Row } from "../row.ts";
import { refusedRow } from "./logged.ts";
import { receivedRow } from "./web.ts";
import { codeOf, commandRow, stepOf, type World } from "./world.ts";

/** TLS that the application speaks itself, and plain TCP. */
export function connectionRows(world: World): Row[] {
  const row = (step: string, command: string, expected: string, account?: "other") =>
    commandRow(world, stepOf(step, account), command, expected, account);
  const line = (host: string, port: number) => `sleep 2 | curl -s -m 4 telnet://${host}:${port} | head -1`;
  return [
    row("passthrough", codeOf("https://echo.example.com/"), "200"),
    row("passthrough", codeOf("https://echo.example.com/"), "000 exit 35", "other"),
    row(
      "passthrough: the host's own certificate",
      "curl -s -m 10 -o /dev/null -w '%{ssl_verify_result} %{http_version}' https://echo.example.com/",
      "0 2",
    ),
    row("passthrough: a port of its own", codeOf("https://echo.example.com:8444/"), "200"),
    row("passthrough: a port of its own", codeOf("https://echo.example.com:8444/"), "000 exit 35", "other"),
    receivedRow(
      world,
      "passthrough: what the host received",
      "https://echo.example.com/",
      "https 2.0, TLS to echo.example.com, from a node; :authority :method :path :scheme accept user-agent",
    ),
    // It asks the application for a certificate itself, which curl has none of.
    row("passthrough beside mutual", codeOf("https://mutual.example.com/"), "000 exit 56"),
    row("passthrough beside mutual", codeOf("https://mutual.example.com/"), "000 exit 35", "other"),
    row("passthrough: a name that nobody declared", codeOf("https://www.google.com/"), "000 exit 35"),
    refusedRow(
      world,
      row(
        "passthrough: no name at all",
        "echo | openssl s_client -noservername -connect echo.example.com:443 2>&1 | grep -c 'BEGIN CERTIFICATE'",
        "0 exit 1",
      ),
      "BlackHoleCluster",
    ),
    row("wildcard, any server", codeOf("https://any.wild.example.com/"), "200"),
    row("wildcard, any server", codeOf("https://other.wild.example.com/"), "200"),
    row("wildcard, any server", codeOf("https://any.wild.example.com/"), "000 exit 35", "other"),
    row("wildcard, common server", codeOf("https://en.wikipedia.org/wiki/Main_Page"), "200"),
    row("wildcard, common server", codeOf("https://de.wikipedia.org/wiki/Wikipedia:Hauptseite"), "200"),
    row(
      "wildcard, common server",
      codeOf("https://de.wikipedia.org/wiki/Wikipedia:Hauptseite"),
      "000 exit 35",
      "other",
    ),
    // The server has no page for it, and no other has an address for the name.
    row(
      "wildcard, common server: a name that is not in DNS",
      codeOf("https://nowhere.wikipedia.org/", `-k --resolve nowhere.wikipedia.org:443:${internet.web}`),
      "404",
    ),
    row("tcp, by name", line("tcp.example.com", 6379), "198.51.100.10 6379"),
    row("tcp, by name", `${line("tcp.example.com", 6379)} | wc -c`, "0", "other"),
    row(
      "tcp: what is sent comes back",
      "(sleep 1; echo ping; sleep 1) | curl -s -m 4 telnet://tcp.example.com:6379 | tail -1",
      "ping",
    ),
    row("tcp, by address", line("198.51.100.20", 5432), "198.51.100.20 5432"),
    row("tcp, by address", `${line("198.51.100.20", 5432)} | wc -c`, "0", "other"),
    row("tcp, by range", line("198.51.100.23", 5432), "198.51.100.23 5432"),
    row("tcp, by range", `${line("198.51.100.23", 5432)} | wc -c`, "0", "other"),
    row("tcp, another's address", `${line("198.51.100.21", 5432)} | wc -c`, "0"),
    commandRow(
      world,
      "tcp, by an address that was granted to other",
      line("198.51.100.21", 5432),
      "198.51.100.21 5432",
      "other",
    ),
    row("tcp, an address that nobody declared", `${line("198.51.100.10", 5432)} | wc -c`, "0"),
  ];
}
