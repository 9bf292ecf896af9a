import { internet } from "../addresses.ts";
import { wildcardOf } from "./names.ts";

/** What a request gets. */
export interface Page {
  readonly status: number;
  readonly type: "text/html; charset=utf-8" | "application/json";
  readonly body: string;
}

/** A host of the lab's internet that has pages. */
export interface Site {
  /** `*.` and a domain for every name right under that domain. */
  readonly host: string;
  /** Over HTTP: the same pages as over HTTPS, or a 301 to the same path over HTTPS. */
  readonly http: "pages" | "redirect";
  /**
   * Pages by path, the query left out; `echo` answers every path with what the server got, `stream` has the long and
   * large bodies of stream.ts, `failing` the failures of failing.ts, `issuer` the keys and tokens of issuer.ts.
   */
  readonly pages: Readonly<Record<string, Page>> | "echo" | "stream" | "failing" | "issuer";
}

/** Every host that has pages. */
export const sites: readonly Site[] = [
  {
    host: "edition.cnn.com",
    http: "redirect",
    pages: {
      "/": html("CNN International: the lab's edition"),
      "/politics": html("CNN Politics: the lab's edition"),
      "/sport": html("CNN Sport: the lab's edition"),
      "/health": html("CNN Health: the lab's edition"),
    },
  },
  plain("www.google.com", "Google"),
  plain("developers.google.com", "Google for Developers"),
  plain("www.yahoo.com", "Yahoo"),
  plain("finance.yahoo.com", "Yahoo Finance"),
  plain("developer.yahoo.com", "Yahoo Developer Network"),
  wikipedia("www", "Wikipedia", "/"),
  wikipedia("en", "Wikipedia, the free encyclopedia", "/wiki/Main_Page"),
  wikipedia("de", "Wikipedia – Die freie Enzyklopädie", "/wiki/Wikipedia:Hauptseite"),
  wikipedia("es", "Wikipedia, la enciclopedia libre", "/wiki/Wikipedia:Portada"),
  wikipedia("fr", "Wikipédia, l'encyclopédie libre", "/wiki/Wikip%C3%A9dia:Accueil_principal"),
  echo("echo.example.com"),
  echo("six.example.com"),
  echo("mutual.example.com"),
  echo("*.mutual.example.com"),
  echo("old.example.com"),
  echo("private.example.com"),
  echo("expired.example.com"),
  echo("wrong-name.example.com"),
  echo("self-signed.example.com"),
  echo("*.wild.example.com"),
  ...Object.keys(internet.inside6).map((name) => echo(`${name}.example.com`)),
  ...["stream", "long", "long.mutual", "long.wild"].map((name): Site => {
    return { host: `${name}.example.com`, http: "pages", pages: "stream" };
  }),
  { host: "failing.example.com", http: "pages", pages: "failing" },
  { host: "login.example.com", http: "redirect", pages: "issuer" },
  { host: "login.example.net", http: "redirect", pages: "issuer" },
  { host: "login.example.org", http: "redirect", pages: "issuer" },
];

/** The site of a host name, whatever its case and without its port. */
export function siteOf(host: string): Site | undefined {
  const name = host.toLowerCase().replace(/:\d+$/, "").replace(/\.$/, "");
  return sites.find((site) => site.host === name) ?? sites.find((site) => site.host === wildcardOf(name));
}

function echo(host: string): Site {
  return { host, http: "pages", pages: "echo" };
}

function plain(host: string, title: string): Site {
  return { host, http: "pages", pages: { "/": html(title) } };
}

function wikipedia(language: string, title: string, mainPage: string): Site {
  return {
    host: `${language}.wikipedia.org`,
    http: "redirect",
    pages: { "/": html(title), [mainPage]: html(title) },
  };
}

function html(title: string): Page {
  const body = `<!doctype html>\n<html>\n<head><meta charset="utf-8"><title>${title}</title></head>\n<body><h1>${title}</h1></body>\n</html>\n`;
  return { status: 200, type: "text/html; charset=utf-8", body };
}
