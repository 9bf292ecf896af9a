/** A request as the servers got it. */
export interface Received {
  readonly scheme: "http" | "https";
  readonly method: string;
  /** Host header or :authority, as it was sent. */
  readonly host: string;
  /** Path with its query. */
  readonly path: string;
  readonly httpVersion: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Address of who asked, as the internet sees it. */
  readonly remoteAddress: string;
  /** Name in the TLS handshake; null over plain HTTP or when none was sent. */
  readonly sni: string | null;
  /** Protocol that the TLS handshake settled on; null over plain HTTP or when none was offered. */
  readonly alpn: string | null;
  /** Subject of the client's certificate; null when it showed none. */
  readonly clientCertificate: string | null;
}

/** What goes back. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** In parts where it is made as it is sent; an error cuts the connection. */
  readonly body: string | AsyncIterable<string | Uint8Array>;
}
