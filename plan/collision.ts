/**
 * Two declarations would be planned as one object, as the digests in its name are alike: nothing is planned, since the
 * second would take the first's place. Of two hosts' names that is found before, with their places; of rules and settings
 * only here.
 *
 * @example
 * throw new CollisionError("a.example.com:80 of news and b.example.com:80 of shop", "egress-none-80-0123456789-1");
 */
export class CollisionError extends Error {
  readonly fix = "give one of the two another port, owner, gateway or setting";

  /** @param rivals both, with what tells them apart */
  constructor(rivals: string, name: string) {
    super(`${rivals} would both be planned as ${name}`);
    this.name = "CollisionError";
  }
}
