import { z } from "zod";
import { ANYTHING, call, type Forge } from "./forge.ts";

/** Which merge request of GitLab's, and by whose token. */
interface GitLabRequest {
  /** Such as `https://gitlab.example.com/api/v4`. */
  readonly api: string;
  readonly project: number;
  readonly number: number;
  readonly token: string;
}

const USER = z.object({ id: z.number() });
const NOTES = z.array(z.object({ id: z.number(), body: z.string(), author: z.object({ id: z.number() }) }));

/** A merge request of GitLab's. */
export function gitlab({ api, project, number, token }: GitLabRequest): Forge {
  const headers = { "private-token": token };
  const request = `${api}/projects/${project}/merge_requests/${number}`;
  return {
    async author() {
      return String((await call(USER, { method: "GET", url: `${api}/user`, headers })).id);
    },
    async comments(page) {
      const url = `${request}/notes?order_by=created_at&sort=asc&per_page=100&page=${page}`;
      const notes = await call(NOTES, { method: "GET", url, headers });
      return notes.map(({ id, body, author }) => ({ id, body, author: String(author.id) }));
    },
    async addComment(body) {
      await call(ANYTHING, { method: "POST", url: `${request}/notes`, headers, body: { body } });
    },
    async changeComment(id, body) {
      await call(ANYTHING, { method: "PUT", url: `${request}/notes/${id}`, headers, body: { body } });
    },
    async addLabel(label) {
      await call(ANYTHING, { method: "PUT", url: request, headers, body: { add_labels: label } });
    },
    async removeLabel(label) {
      await call(ANYTHING, { method: "PUT", url: request, headers, body: { remove_labels: label } });
    },
  };
}
