import { type Client, commandRow, type Document, type World } from "../document.ts";
import { logRow } from "../gateway-log.ts";
import type { Row } from "../row.ts";

const SLEEP: Client = { namespace: "default", account: "sleep" };
const US: Client = { namespace: "default", account: "sleep-us" };
const CANADA: Client = { namespace: "default", account: "sleep-canada" };

/** The main pages, as the document calls them, and their titles. */
const PAGES = {
  en: { path: "/wiki/Main_Page", title: "Wikipedia, the free encyclopedia" },
  de: { path: "/wiki/Wikipedia:Hauptseite", title: "Wikipedia – Die freie Enzyklopädie" },
  es: { path: "/wiki/Wikipedia:Portada", title: "Wikipedia, la enciclopedia libre" },
  fr: { path: "/wiki/Wikip%C3%A9dia:Accueil_principal", title: "Wikipédia, l'encyclopédie libre" },
} as const;
type Language = keyof typeof PAGES;
const LANGUAGES = Object.keys(PAGES) as Language[];

/** Document 001: TLS to any Wikipedia, with policies by the name asked for and by the caller's account. */
export const document001: Document = (world) => {
  const pages = (client: Client, open: readonly Language[]) =>
    LANGUAGES.map((language) => pageRow(world, client, language, open.includes(language)));
  return [
    {
      title: "Every Wikipedia is open",
      file: "stacks/lab/001.yaml",
      clients: [SLEEP],
      rows: pages(SLEEP, LANGUAGES),
    },
    {
      title: "Every Wikipedia but the English one",
      file: "stacks/lab/001-all-but-english.yaml",
      rows: pages(SLEEP, ["de", "es", "fr"]),
    },
    {
      title: "Open again, to two accounts",
      file: "stacks/lab/001.yaml",
      clients: [US, CANADA],
      rows: [
        ...pages(US, LANGUAGES),
        languagesLog(world, US),
        ...pages(CANADA, LANGUAGES),
        languagesLog(world, CANADA),
      ],
    },
    {
      title: "Two languages for each account",
      file: "stacks/lab/001-by-account.yaml",
      rows: [...pages(US, ["en", "es"]), ...pages(CANADA, ["en", "fr"]), ...pages(SLEEP, [])],
    },
  ];
};

function pageRow(world: World, client: Client, language: Language, open: boolean): Row {
  const { path, title } = PAGES[language];
  const command = `curl -s -m 10 https://${language}.wikipedia.org${path}`;
  const row = { step: `${language}.wikipedia.org`, command, expected: open ? title : "exit 35" };
  return commandRow(world, client, row, (page) => /<title>(.*)<\/title>/.exec(page)?.[1] ?? "no title");
}

/** The four pages, by the lines that they leave: one as a connection opens, one as it ends. */
function languagesLog(world: World, client: Client): Row {
  const urls = LANGUAGES.map((language) => `https://${language}.wikipedia.org${PAGES[language].path}`);
  const command = `for url in ${urls.join(" ")}; do curl -s -m 10 -o /dev/null $url; done`;
  return logRow(
    world,
    { namespace: "egress-001", client, command },
    ({ event, sni }) => `${event} ${sni}`,
    LANGUAGES.flatMap((language) =>
      ["TcpUpstreamConnected", "TcpConnectionEnd"].map((event) => `${event} ${language}.wikipedia.org`),
    ).join(", "),
  );
}
