import { type Asked, calibrate } from './calibrate.ts';

/** A process that judges the quiet weeks of the system that it is told, and sends what there is after each. */
process.on('message', (asked: Asked) => {
  calibrate(asked, (soFar) => process.send?.(soFar));
  process.disconnect();
});
