import { monitorEventLoopDelay } from 'node:perf_hooks';
import { totalmem } from 'node:os';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** How hard the process is pressed at a moment. */
export interface Pressure {
  readonly rssBytes: number;
  readonly heapUsedBytes: number;
  /** Mean delay of the event loop since the last reading, in ms, beyond what the sampling itself costs. */
  readonly loopDelayMs: number;
}

/** What the machine gives: read once. */
export interface MemoryLimits {
  /** The cgroup's limit, or the machine's memory. */
  readonly machineBytes: number;
  /** V8's own limit of its heap. */
  readonly heapBytes: number;
}

/** The one home of what the process knows of its own load. */
export interface PressureGauge {
  readonly limits: MemoryLimits;
  read(): Pressure;
  /** A full collection, to learn what of the memory is really in use; tenths of a second. */
  collectGarbage(): void;
  close(): void;
}

/** The histogram takes a sample each so many ms; a healthy loop is late by about that much. */
const RESOLUTION_MS = 20;

export function createPressureGauge(): PressureGauge {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  return {
    limits: memoryLimits(),
    read: () => {
      const meanMs = delay.count === 0 ? RESOLUTION_MS : delay.mean / 1e6;
      delay.reset();
      return {
        rssBytes: process.memoryUsage.rss(),
        heapUsedBytes: getHeapStatistics().used_heap_size,
        loopDelayMs: Math.max(0, meanMs - RESOLUTION_MS),
      };
    },
    collectGarbage,
    close: () => void delay.disable(),
  };
}

function memoryLimits(): MemoryLimits {
  // 0 or an astronomic number where no cgroup limits it.
  const cgroup = process.constrainedMemory();
  const machine = totalmem();
  return {
    machineBytes: cgroup > 0 ? Math.min(cgroup, machine) : machine,
    heapBytes: getHeapStatistics().heap_size_limit,
  };
}

let collector: (() => void) | undefined;

/** `gc` is there only behind a flag, which may be set while running and then shows in new contexts. */
function collectGarbage(): void {
  if (collector === undefined) {
    setFlagsFromString('--expose-gc');
    collector = runInNewContext('gc') as () => void;
  }
  collector();
}
