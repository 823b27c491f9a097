import { Type } from '@sinclair/typebox';
import { section, whole } from './schema-parts.ts';

const MIB = 1024 * 1024;

export const overloadSection = section(
  {
    maxMemoryBytes: Type.Optional(
      whole({
        description:
          'Bound on resident memory: near it whole traces are left out, at it senders get 429. Unless said, four fifths of the machine (or of its cgroup), or half as much again as the heap that V8 allows, whichever is less.',
        minimum: 64 * MIB,
        maximum: 1024 * 1024 * MIB,
      }),
    ),
    maxLagMs: whole({
      description:
        'Bound on the mean delay of the event loop over a second: from half of it whole traces are left out, at it senders get 429. Not used under `--clock event`.',
      default: 1000,
      minimum: 50,
      maximum: 60_000,
    }),
    maxInFlightBytes: whole({
      description:
        'Bodies that all receivers together hold at a time, inflated ones included; beyond it senders get 429.',
      default: 256 * MIB,
      minimum: MIB,
      maximum: 64 * 1024 * MIB,
    }),
  },
  { description: 'What is taken when it is too much: all, whole traces of a share, or nothing for now.' },
);
