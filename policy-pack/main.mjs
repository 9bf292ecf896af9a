// Pulumi compiles a pack's TypeScript by a compiler of its own, unless its first file is JavaScript: Node runs the rest.
import "./pack.ts";
