/** The worker's own global object, with its right type. */
export const worker = self as unknown as ServiceWorkerGlobalScope;
