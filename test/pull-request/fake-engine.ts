import { createRequire } from "node:module";

const { resolve } = createRequire(import.meta.url);

/**
 * A program in place of the engine. What a preview finds, as steps: the stack that it is asked about, the program of
 * the project, and whether the declarations have reuters.
 */
export const ENGINE = `#!${process.execPath}
const { readFileSync } = require("node:fs");
const { credentials } = require("${resolve("@grpc/grpc-js")}");
const { EventsClient } = require("${resolve("@pulumi/pulumi/proto/events_grpc_pb.js")}");
const { EventRequest } = require("${resolve("@pulumi/pulumi/proto/events_pb.js")}");

const [command, ...args] = process.argv.slice(2);
const after = (option) => args[args.indexOf(option) + 1];
const read = (name) => readFileSync(name, "utf8");
const stepOf = (name) => {
  const metadata = { op: "update", type: "kubernetes:core/v1:Service", urn: "urn:pulumi:dev::p::t::" + name, new: { custom: true } };
  return { resOutputsEvent: { planning: true, metadata } };
};
if (command === "version") console.log("v3.270.0");
if (command === "config") console.log("{}");
if (command === "preview") {
  const found = [after("--stack"), read("cli/main.ts").trim(), String(read("stacks/catalog/news.yaml").includes("reuters"))];
  const client = new EventsClient(after("--event-log").replace("tcp://", ""), credentials.createInsecure());
  const stream = client.streamEvents(() => client.close());
  const summaryEvent = { resourceChanges: { update: found.length }, durationSeconds: 1 };
  for (const event of [...found.map(stepOf), { summaryEvent }]) {
    const request = new EventRequest();
    request.setEvent(JSON.stringify(event));
    stream.write(request);
  }
  stream.end();
}
`;
