import { request } from "node:http";
import { type Duplex, duplexPair, Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { type KubeConfig, PortForward } from "@kubernetes/client-node";

/** What a program in a pod answered on a port that only the pod itself can reach. */
interface Answer {
  readonly text: string;
  /** When it answered by its own clock, in milliseconds but of whole seconds; absent where it does not say. */
  readonly date?: number;
}

/**
 * Asks a pod by HTTP through the API server's port-forward. It takes the right to create `pods/portforward` and, other
 * than a command in the pod would, lets nobody do more than ask.
 *
 * @throws Error if the pod can't be reached, answers with a failure, or takes longer than the limit
 */
export async function askPod(
  config: KubeConfig,
  pod: { readonly namespace: string; readonly name: string },
  port: number,
  path: string,
  limitSeconds: number,
): Promise<Answer> {
  const limit = new AbortController();
  // One of AbortSignal's own would let Node end while it waits.
  const timer = setTimeout(() => limit.abort(), limitSeconds * 1000);
  const [near, far] = duplexPair();
  const words = new Writable({
    write(words: Buffer, _encoding, done) {
      // It begins with an empty one.
      if (words.length > 0) near.destroy(new Error(words.toString().trim()));
      done();
    },
  });
  // A request on a stream that is broken by then ends in no way at all, so it is not asked alone.
  const broken = new Promise<never>((_, reject) => {
    near.on("error", reject);
    limit.signal.addEventListener("abort", () => reject(new Error(`no answer within ${limitSeconds} s`)));
  });
  const opening = new PortForward(config).portForward(pod.namespace, pod.name, [port], far, words, far);
  try {
    const socket = await Promise.race([opening, broken]);
    // Nobody else would tell the request that no more comes.
    if (typeof socket !== "function") socket.addEventListener("close", () => far.end());
    return await Promise.race([ask(near, path), broken]);
  } catch (error) {
    throw new Error(messageOf(error), { cause: error });
  } finally {
    clearTimeout(timer);
    near.destroy();
    // It may open later than anybody waits, and would keep Node from ending.
    opening.then(
      (socket) => typeof socket !== "function" && socket.close(),
      () => {},
    );
  }
}

function ask(stream: Duplex, path: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { host: "localhost", connection: "close" };
    const asking = request({ path, headers, createConnection: () => stream }, (answer) => {
      const date = Date.parse(answer.headers.date ?? "");
      text(answer).then((text) => {
        if (answer.statusCode === 200) resolve({ text, ...(Number.isNaN(date) ? {} : { date }) });
        else reject(new Error(`${path} gave ${answer.statusCode} ${text.trim().slice(0, 200)}`));
      }, reject);
    });
    asking.on("error", reject).end();
  });
}

/** A web socket that does not open gives an event, which is no Error but has a message. */
function messageOf(error: unknown): string {
  return typeof error === "object" && error !== null && "message" in error
    ? String(error.message)
    : String(error);
}
