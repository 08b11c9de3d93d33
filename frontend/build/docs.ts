import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import type { Plugin } from 'vite';

/** The parts of Swagger UI that a page needs. */
const PARTS = ['swagger-ui.css', 'swagger-ui-bundle.js'];

/** Copies Swagger UI beside our own `docs/index.html`, so that /docs asks no other host for anything. */
export function apiDocs(): Plugin {
  return {
    name: 'vesper-api-docs',
    apply: 'build',
    async generateBundle() {
      const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
      for (const part of PARTS) {
        const source = await readFile(join(folder, part));
        this.emitFile({ type: 'asset', fileName: `docs/${part}`, source });
      }
    },
  };
}
