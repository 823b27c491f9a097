import { heavyMs, logNormalMs } from '../distribution.ts';
import type { EntrySpec, OperationSpec, ServiceSpec } from '../topology.ts';
import { SHARED_CACHE, SHARED_DATABASE } from './programs.ts';

/** What every larger system has beside its requests: messages, long polls, a batch at night, a service not yet in use. */

/** Takes the messages of the queue. */
export const CONSUMER: ServiceSpec = {
  name: 'notifier',
  instances: 2,
  versions: ['1.1.0'],
  protocol: 'grpc',
  errorRatio: 0.001,
  operations: [
    {
      name: 'process event',
      steps: [
        { do: 'work', time: logNormalMs(4, 0.4) },
        { do: 'query', peer: SHARED_CACHE, statement: 'SET', time: logNormalMs(0.6, 0.4) },
      ],
    },
  ],
};

/** Half of the polls end with news, the others after the 25 s that proxies let a request wait. */
export const LONG_POLL: OperationSpec = {
  name: 'GET /updates',
  steps: [
    { do: 'work', time: heavyMs(0.8) },
    {
      do: 'wait',
      time: {
        kind: 'either',
        ratio: 0.5,
        first: logNormalMs(6000, 0.7),
        second: { kind: 'constant', us: 25e6 },
      },
    },
  ],
};

export const LONG_POLL_ENTRY: EntrySpec = { service: 'gateway', operation: LONG_POLL.name, perMinute: 20 };

/** Exports page by page, at twenty past two for ten minutes. */
export const BATCH: ServiceSpec = {
  name: 'exporter',
  instances: 1,
  versions: ['0.9.4'],
  protocol: 'grpc',
  errorRatio: 0,
  operations: [
    {
      name: 'export page',
      steps: [
        { do: 'work', time: heavyMs(5) },
        {
          do: 'repeat',
          times: [20, 40],
          steps: [{ do: 'query', peer: SHARED_DATABASE, statement: 'SELECT pages', time: heavyMs(15, 0.5) }],
        },
        { do: 'work', time: heavyMs(20) },
      ],
    },
  ],
};

export const BATCH_ENTRY: EntrySpec = {
  service: BATCH.name,
  operation: BATCH.operations[0].name,
  schedule: { everySeconds: 86_400, atSecond: 2 * 3600 + 20 * 60, forSeconds: 600, perSecond: 0.5 },
};

/** Deployed, and asked by nobody yet. */
export const NEWCOMER: ServiceSpec = {
  name: 'newcomer',
  instances: 2,
  versions: ['0.1.0'],
  protocol: 'http',
  errorRatio: 0.001,
  operations: [{ name: 'GET /newcomer', steps: [{ do: 'work', time: heavyMs(1.5) }] }],
};

export const EXTRAS: readonly ServiceSpec[] = [CONSUMER, BATCH, NEWCOMER];

/** Load by the hour, UTC: low at night, a peak at noon and one in the evening. Its mean is about 1. */
export const DAY = [
  0.7, 0.6, 0.6, 0.6, 0.6, 0.6, 0.7, 0.8, 1, 1.2, 1.35, 1.45, 1.5, 1.4, 1.3, 1.25, 1.2, 1.2, 1.25, 1.35, 1.3, 1.15, 1, 0.8,
] as const; // prettier-ignore
/** Sunday first. */
export const WEEK = [0.8, 1.05, 1.05, 1.05, 1.05, 1.1, 0.9] as const;
