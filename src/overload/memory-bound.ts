import type { MemoryLimits } from '../runtime/index.ts';

/** What the kernel's own pages, the allocator's slack and a collection in progress need of a container. */
const MACHINE_SHARE = 0.8;
/** Beyond V8's heap lie the span columns, bodies and code: half as much again has been enough in every bench. */
const HEAP_FACTOR = 1.5;

/** The bound on resident memory when the configuration names none: what neither the kernel nor V8 kills for. */
export function defaultMemoryBound({ machineBytes, heapBytes }: MemoryLimits): number {
  return Math.floor(Math.min(machineBytes * MACHINE_SHARE, heapBytes * HEAP_FACTOR));
}

/** Of the configured bound or the default, and of V8's limit: whichever is nearer. */
export function memoryShare(
  pressure: { readonly rssBytes: number; readonly heapUsedBytes: number },
  bound: { readonly maxMemoryBytes: number; readonly heapBytes: number },
): number {
  return Math.max(pressure.rssBytes / bound.maxMemoryBytes, pressure.heapUsedBytes / bound.heapBytes);
}
