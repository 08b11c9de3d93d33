import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

import { build, type Plugin, type Rolldown } from 'vite';

/** Not part of the shell: the API's documentation, the worker itself, and icons only the system reads. */
const LEFT_OUT = [/^docs\//, /^sw\.js$/, /\.map$/, /^icons\/(icon-512|maskable)/];

/** Through this module alone leads the way to the clinician's screens, which no patient's phone has to hold. */
const CLINIC = /screens[\\/]clinic[\\/]routes\.tsx$/;

/** Builds `sw/index.ts` into `sw.js`, with the lists of files it keeps and a hash that names this build. */
export function serviceWorker(): Plugin {
  let root = '';
  let out = '';
  let clinic: ReadonlySet<string> = new Set();
  return {
    name: 'vesper-service-worker',
    apply: 'build',
    configResolved(config) {
      root = config.root;
      out = join(config.root, config.build.outDir);
    },
    generateBundle(_, bundle) {
      clinic = clinicOnly(bundle);
    },
    async closeBundle() {
      const files = (await filesOf(out)).filter((file) => !LEFT_OUT.some((rule) => rule.test(file)));
      const hash = createHash('sha256');
      for (const file of files) hash.update(file).update(await readFile(join(out, file)));
      await build({
        configFile: false,
        root,
        publicDir: false,
        logLevel: 'warn',
        define: {
          __SHELL__: JSON.stringify(files.filter((file) => !clinic.has(file)).map((file) => `/${file}`)),
          __CLINIC__: JSON.stringify(files.filter((file) => clinic.has(file)).map((file) => `/${file}`)),
          __VERSION__: JSON.stringify(hash.digest('hex').slice(0, 12)),
        },
        build: {
          target: 'es2022',
          outDir: out,
          emptyOutDir: false,
          rolldownOptions: {
            input: join(root, 'sw/index.ts'),
            output: { format: 'iife', entryFileNames: 'sw.js' },
          },
        },
      });
    },
  };
}

/** The chunks that nothing but the clinician's screens loads. */
function clinicOnly(bundle: Rolldown.OutputBundle): ReadonlySet<string> {
  const chunks = new Map(Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file]] : [])));
  const left = new Set(chunks.keys());
  const open = [...chunks.values()].filter((chunk) => chunk.isEntry);
  for (let chunk = open.pop(); chunk; chunk = open.pop()) {
    if (!left.has(chunk.fileName) || CLINIC.test(chunk.facadeModuleId ?? '')) continue;
    left.delete(chunk.fileName);
    open.push(...[...chunk.imports, ...chunk.dynamicImports].flatMap((name) => chunks.get(name) ?? []));
  }
  return left;
}

/** Every file below a folder, as sorted paths with forward slashes. */
async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}
