import preact from '@preact/preset-vite';
import { defineConfig } from 'vitest/config';

import { apiDocs } from './build/docs.ts';
import { serviceWorker } from './build/worker.ts';

/** Where `npm run dev` finds the running server. */
const server = process.env['VESPER_DEV_SERVER'] ?? 'http://127.0.0.1:8000';
const forwarded = ['/api', '/openapi.json', '/healthz', '/readyz'];

export default defineConfig({
  plugins: [preact({ devToolsEnabled: false }), apiDocs(), serviceWorker()],
  build: {
    target: 'es2022',
    // Files below this size would become data: addresses inside the CSS; own files are cached better.
    assetsInlineLimit: 0,
    // Few chunks, each asked for by name: a map of what to preload would cost more than it saves.
    modulePreload: false,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // What every screen needs, a stranger's too; then what tonight needs. The rest is a chunk per screen.
            {
              name: 'core',
              test: /node_modules|shared[\\/]store|src[\\/](api|router|app|main|ui[\\/](?!ZoneField|chart)|state[\\/](session|kept|waiting|now|connection|said|theme|update|install))/,
              priority: 2,
            },
            { name: 'night', test: /src[\\/](screens[\\/]tonight[\\/](?!Labs|Missed|TravelNotice)|push|patient|state|words[\\/](?!earlier|question|schedule|units))|shared/, priority: 1 },
          ],
        },
      },
    },
  },
  server: { proxy: Object.fromEntries(forwarded.map((path) => [path, server])) },
  // Each file sets the state it needs: workers are not started anew for each.
  test: { include: ['{src,sw,shared}/**/*.test.ts'], isolate: false },
});
