import { internet, nodes } from "../../lab/addresses.ts";
import type { Received } from "../../lab/internet/exchange.ts";
import type { Row } from "../row.ts";
import { codeOf, commandRow, stepOf, type World } from "./world.ts";

/** Hosts that have IPv6 addresses alone: every way of theirs is IPv6 from the application to them, but for the hop. */
export function ipv6Rows(world: World): Row[] {
  const row = (step: string, command: string, expected: string, account?: "other") =>
    commandRow(world, `IPv6: ${stepOf(step, account)}`, command, expected, account);
  const [declared, undeclared, ranged] = internet.tcp6;
  const lineOf = (place: string) => `sleep 2 | curl -s -m 4 'telnet://${place}' | head -1`;
  const line = (address: string) => lineOf(`[${address}]:5432`);
  // Whatever name a wildcard's one server is asked for: it has no page for this one.
  const common = `-k --resolve 'any.six.example.com:443:[${internet.web6}]'`;
  const inside = Object.entries(internet.inside6);
  return [
    row("none", codeOf("http://six.example.com/"), "200"),
    row("none", codeOf("http://six.example.com/"), "403", "other"),
    {
      step: "IPv6: whom the host saw",
      command: "curl -s http://six.example.com/",
      expected: "a node by IPv6",
      answer: async () => {
        const { stdout } = await world.shell("curl -s -m 10 http://six.example.com/");
        const { remoteAddress } = JSON.parse(stdout) as Received;
        return nodes.some(({ address6 }) => address6 === remoteAddress) ? "a node by IPv6" : remoteAddress;
      },
    },
    row("originate, in a cluster of its own", codeOf("http://six.example.com:8080/"), "200"),
    row("originate, in a cluster of its own", codeOf("http://six.example.com:8080/"), "403", "other"),
    row("mutual", codeOf("http://six.mutual.example.com/"), "200"),
    row("mutual", codeOf("http://six.mutual.example.com/"), "403", "other"),
    row("passthrough", codeOf("https://six.example.com/"), "200"),
    row("passthrough", codeOf("https://six.example.com/"), "000 exit 35", "other"),
    ...["six.wild.example.com", "six.wild.example.com:8080"].flatMap((host) => [
      row("wildcard over HTTP", codeOf(`http://${host}/`), "200"),
      row("wildcard over HTTP", codeOf(`http://${host}/`), "403", "other"),
    ]),
    row("wildcard, any server", codeOf("https://six.wild.example.com/"), "200"),
    row("wildcard, any server", codeOf("https://six.wild.example.com/"), "000 exit 35", "other"),
    row("wildcard, common server", codeOf("https://any.six.example.com/", common), "404"),
    row("wildcard, common server", codeOf("https://any.six.example.com/", common), "000 exit 35", "other"),
    row("tcp, by name", lineOf("six.tcp.example.com:6380"), `${internet.web6} 6380`),
    row("tcp, by name", `${lineOf("six.tcp.example.com:6380")} | wc -c`, "0", "other"),
    row("tcp, by address", line(declared), `${declared} 5432`),
    row("tcp, by address", `${line(declared)} | wc -c`, "0", "other"),
    row("tcp, by range", line(ranged), `${ranged} 5432`),
    row("tcp, by range", `${line(ranged)} | wc -c`, "0", "other"),
    row("tcp, an address that nobody declared", `${line(undeclared)} | wc -c`, "0"),
    row("a host of both families, by IPv6", codeOf("https://echo.example.com/", "-6"), "200"),
    ...inside.flatMap(([name, address]) => [
      row(`${address}, of a host that may be there`, codeOf(`http://${name}.example.com/`), "200"),
      row(`${address}, of a wildcard's name`, codeOf(`http://${name}.wild.example.com/`), "503"),
      row(`${address}, of a wildcard's name`, codeOf(`http://${name}.wild.example.com:8080/`), "503"),
      row(`${address}, of a wildcard's name`, codeOf(`https://${name}.wild.example.com/`), "000 exit 35"),
    ]),
  ];
}
