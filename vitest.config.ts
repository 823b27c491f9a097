import { defineConfig } from 'vitest/config';

const SETUP = ['test/setup/fast-check.ts'];
/** `expect.poll` ends when it holds; a second, its own limit, is what a busy machine may stand still for. */
const PATIENT = { poll: { timeout: 30_000 } };

/**
 * `unit`: fast, no sockets beyond loopback, no child processes: part of `npm run check`. `long`: the same kind of tests
 * that take seconds each (fuzzing, simulated hours). `system`: real processes, real ports, whole runs. `npm test` runs
 * these three. `servers`: against real Kafka, Elasticsearch, Jaeger: `npm run test:servers`.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          setupFiles: SETUP,
          include: ['test/**/*.test.ts'],
          exclude: ['test/system/**', 'test/servers/**', 'test/**/*.long.test.ts'],
          // What hangs is to be found, not what a machine is too busy for: the slowest take two seconds on a quiet one.
          testTimeout: 60_000,
          hookTimeout: 60_000,
          expect: PATIENT,
        },
      },
      {
        test: {
          name: 'long',
          setupFiles: SETUP,
          include: ['test/**/*.long.test.ts'],
          // Those are in `system` already.
          exclude: ['test/system/**', 'test/servers/**'],
          testTimeout: 240_000,
          // Learning twenty simulated minutes takes seconds on a quiet machine, and half a minute on a busy one.
          hookTimeout: 240_000,
          expect: PATIENT,
        },
      },
      {
        test: {
          name: 'system',
          setupFiles: SETUP,
          include: ['test/system/**/*.test.ts'],
          expect: PATIENT,
          testTimeout: 300_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'servers',
          setupFiles: SETUP,
          include: ['test/servers/**/*.test.ts'],
          expect: PATIENT,
          // Three times what the slowest takes on two idle cores.
          testTimeout: 240_000,
          hookTimeout: 900_000,
          fileParallelism: false,
          // One moment of a busy CI machine must not stop everybody's work; a retry shows in the report as (retry x1).
          retry: process.env['CI'] === undefined ? 0 : 1,
        },
      },
    ],
  },
});
