// Reads the API's document from standard input and writes the shapes of its bodies as TypeScript.
//
// Types alone: no words, examples or bounds, which the document has for whoever writes a client.
// A folder of its own, because openapi-typescript needs a compiler older than the frontend's.
import { text } from 'node:stream/consumers';

import openapiTS, { astToString } from 'openapi-typescript';

/** What changes no type; a property may bear any of these names, so only schemas are stripped of them. */
const SAID = ['title', 'description', 'default', 'examples', 'example', 'format', 'pattern', 'deprecated'];

/** The same schema with nothing but what a type is made of. */
function bare(schema) {
  if (Array.isArray(schema)) return schema.map(bare);
  if (schema === null || typeof schema !== 'object') return schema;
  const kept = Object.entries(schema).filter(([key]) => !SAID.includes(key));
  return Object.fromEntries(
    kept.map(([key, value]) => [
      key,
      key === 'properties' ? Object.fromEntries(Object.entries(value).map(([name, of]) => [name, bare(of)])) : bare(value),
    ]),
  );
}

/** The names of the schemas that something refers to. */
const named = (within) => [...JSON.stringify(within).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name);

const document = JSON.parse(await text(process.stdin));
const all = document.components.schemas;

// What the frontend can meet: whatever it sends to the API and gets from it. FHIR is for programs.
const seen = new Set();
const open = named(Object.entries(document.paths).filter(([path]) => path.startsWith('/api/')));
while (open.length > 0) {
  const name = open.pop();
  if (seen.has(name)) continue;
  seen.add(name);
  open.push(...named(all[name]));
}
const schemas = Object.fromEntries([...seen].sort().map((name) => [name, bare(all[name])]));

const nodes = await openapiTS(
  { openapi: document.openapi, info: document.info, paths: {}, components: { schemas } },
  { immutable: true, silent: true },
);
const components = nodes.filter((node) => node.name?.text === 'components');
const [, shapes] = /^    schemas: \{\n([^]*?)^    \};$/m.exec(astToString(components));
process.stdout.write(`// Written by \`make types\` from \`vesper openapi\`; never by hand.

/** The bodies that the API is sent and answers with, by their names in its document. */
export interface Schemas {
${shapes
  .replaceAll(/^ *\/\*\* @enum .*\n/gm, '')
  .replaceAll('components["schemas"]', 'Schemas')
  .replaceAll(/^ +/gm, (indent) => '  '.repeat(indent.length / 4 - 1))
  .replaceAll('"', "'")}}
`);
