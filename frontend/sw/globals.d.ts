/** Written into the worker by `build/worker.ts`. */
declare const __SHELL__: readonly string[];
declare const __CLINIC__: readonly string[];
declare const __VERSION__: string;
