import { commandRow, type World } from "../document.ts";
import type { Row } from "../row.ts";
import { codeOf, OTHER, READER } from "./calls.ts";

/** Names hold against tricks: what policy reads is what the gateway routes by. */
export function nameRows(world: World): Row[] {
  const row = (
    step: string,
    command: string,
    expected: string,
    client: typeof READER | typeof OTHER = READER,
  ) => commandRow(world, client, { step, command, expected });
  const host = (name: string) => `-H 'Host: ${name}'`;
  const raw = (...lines: readonly string[]) =>
    `(printf '${lines.join("\\r\\n")}\\r\\n\\r\\n'; sleep 2) | curl -s -m 5 telnet://echo.example.com:80 | head -1 | cut -d' ' -f2`;
  return [
    row("a Host with the port", codeOf("http://echo.example.com/health", host("echo.example.com:80")), "200"),
    row(
      "a Host with the port",
      codeOf("http://echo.example.com/private", host("echo.example.com:80")),
      "403",
    ),
    row(
      "a Host with another port, which goes to this one",
      codeOf("http://echo.example.com/health", host("echo.example.com:22")),
      "200",
    ),
    row("a Host in upper case", codeOf("http://echo.example.com/private", host("ECHO.example.com")), "403"),
    row(
      "a Host with a dot at its end",
      codeOf("http://echo.example.com/health", host("echo.example.com.")),
      "502",
    ),
    row("another's Host", codeOf("http://echo.example.com/", host("www.google.com")), "403"),
    row("a Host that nobody declared", codeOf("http://echo.example.com/", host("www.example.org")), "502"),
    row("two Hosts", raw("GET /health HTTP/1.1", "Host: www.google.com", "Host: echo.example.com"), "502"),
    row(
      "two Hosts, the other way",
      raw("GET /health HTTP/1.1", "Host: echo.example.com", "Host: www.google.com"),
      "502",
    ),
    row(
      "absolute form against Host",
      raw("GET http://www.google.com/ HTTP/1.1", "Host: echo.example.com"),
      "403",
    ),
    row(
      ":authority",
      codeOf("http://echo.example.com/", "--http2-prior-knowledge", host("www.google.com")),
      "403",
    ),
    row("TLS, granted", codeOf("https://edition.cnn.com/"), "200"),
    row("TLS, another's name", codeOf("https://en.wikipedia.org/"), "exit 35"),
    row("TLS, granted", codeOf("https://en.wikipedia.org/"), "200", OTHER),
    row(
      "the granted address with another's SNI",
      codeOf("https://en.wikipedia.org/", "--connect-to en.wikipedia.org:443:edition.cnn.com:443"),
      "exit 35",
    ),
  ];
}
