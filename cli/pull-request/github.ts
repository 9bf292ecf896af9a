import { z } from "zod";
import { ANYTHING, call, type Forge } from "./forge.ts";

/** Which pull request of GitHub's, and by whose token. */
interface GitHubRequest {
  /** Such as `https://api.github.com`. */
  readonly api: string;
  /** Such as `https://api.github.com/graphql`. */
  readonly graphql: string;
  /** Such as `example/egress`. */
  readonly repository: string;
  readonly number: number;
  readonly token: string;
}

const VIEWER = z.object({ data: z.object({ viewer: z.object({ login: z.string() }) }) });
const COMMENTS = z.array(
  z.object({
    id: z.number(),
    body: z.string().nullish(),
    user: z.object({ login: z.string() }).nullish(),
  }),
);

/** A pull request of GitHub's. */
export function github({ api, graphql, repository, number, token }: GitHubRequest): Forge {
  const headers = {
    accept: "application/vnd.github+json",
    authorization: `Bearer ${token}`,
    "x-github-api-version": "2022-11-28",
  };
  const issues = `${api}/repos/${repository}/issues`;
  return {
    async author() {
      // A workflow's own token may not ask who it is by the other API.
      const body = { query: "{ viewer { login } }" };
      const { data } = await call(VIEWER, { method: "POST", url: graphql, headers, body });
      return data.viewer.login;
    },
    async comments(page) {
      const url = `${issues}/${number}/comments?per_page=100&page=${page}`;
      const comments = await call(COMMENTS, { method: "GET", url, headers });
      return comments.map(({ id, body, user }) => ({ id, body: body ?? "", author: user?.login ?? "" }));
    },
    async addComment(body) {
      await call(ANYTHING, { method: "POST", url: `${issues}/${number}/comments`, headers, body: { body } });
    },
    async changeComment(id, body) {
      await call(ANYTHING, { method: "PATCH", url: `${issues}/comments/${id}`, headers, body: { body } });
    },
    async addLabel(label) {
      const url = `${issues}/${number}/labels`;
      await call(ANYTHING, { method: "POST", url, headers, body: { labels: [label] } });
    },
    async removeLabel(label) {
      const url = `${issues}/${number}/labels/${encodeURIComponent(label)}`;
      await call(ANYTHING, { method: "DELETE", url, headers, accept: 404 });
    },
  };
}
