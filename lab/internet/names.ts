/** The wildcard that a host falls under, by its own domain: `*.example.com` for a.example.com. */
export function wildcardOf(host: string): string {
  return host.replace(/^[^.]+/, "*");
}
