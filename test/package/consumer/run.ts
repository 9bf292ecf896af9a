import { registeredBy } from "../../components/mocks.ts";
import { program } from "./program.ts";

/** Prints what the program registers, one resource a line. */
registeredBy(program).then((resources) => {
  for (const { type, name } of resources) process.stdout.write(`${type} ${name}\n`);
});
