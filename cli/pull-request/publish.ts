import { type Diffed, MARKER } from "./comment.ts";
import type { Comment, Forge } from "./forge.ts";

/** So many comments are looked through: more make a discussion that nobody reads. */
const MAX_PAGES = 50;

/**
 * Puts the comment into the discussion, in the place of the one before, and the label on or off. Where what changes
 * can't be told, the label stays as it is.
 */
export async function publish(
  forge: Forge,
  { comment, label, outcome }: { comment: string; label: string; outcome: Diffed["outcome"] },
): Promise<void> {
  // The label first: it is what keeps a change from being merged unseen.
  if (outcome === "gained") await forge.addLabel(label);
  const before = await ownComment(forge);
  if (before === undefined) await forge.addComment(comment);
  else await forge.changeComment(before.id, comment);
  if (outcome === "nothing gained") await forge.removeLabel(label);
}

/** Ours by its author too: anybody can write the marker, and could change that comment after us. */
async function ownComment(forge: Forge): Promise<Comment | undefined> {
  const author = await forge.author();
  for (let page = 1; page <= MAX_PAGES; page++) {
    const comments = await forge.comments(page);
    if (comments.length === 0) return undefined;
    const own = comments.find((comment) => comment.author === author && comment.body.startsWith(MARKER));
    if (own !== undefined) return own;
  }
  return undefined;
}
