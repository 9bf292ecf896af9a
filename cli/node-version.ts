/**
 * Why this Node can't run the command, or undefined where it can. Written for a Node that is too old.
 *
 * @param needed what package.json says in `engines`, such as `>=22.19`
 */
export function refuseOldNode(version: string, needed: string): string | undefined {
  const oldest = needed.replace(">=", "");
  const have = version.split(".").map(Number);
  const need = oldest.split(".").map(Number);
  const major = Number(have[0]) - Number(need[0]);
  if (major > 0 || (major === 0 && Number(have[1]) >= Number(need[1]))) return undefined;
  return `this is Node ${version}, and it needs ${oldest} or later: install that and put it first on PATH`;
}
