import type { Logger } from 'pino';
import type { Clock } from './clock.ts';
import type { Metrics } from './metrics.ts';
import type { Random } from './random.ts';

/** What parts with effects share: the one clock, log, metrics and chance. */
export interface Runtime {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly random: Random;
}

export { createWallClock, ManualClock, type Clock } from './clock.ts';
export { createLogger, silentLogger, type Logger } from './logger.ts';
export { FolderError, makeFolder, missingFolders } from './make-folder.ts';
export { createMetrics, type Metrics } from './metrics.ts';
export { createPressureGauge, type MemoryLimits, type Pressure, type PressureGauge } from './pressure.ts';
export { createRandom, type Random } from './random.ts';
export { cronMatcher, isTimezone } from './cron-times.ts';
export { longestGapMs, scheduleCron } from './schedule.ts';
export { parseJson, type JsonValue } from './json.ts';
