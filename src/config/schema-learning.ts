import { section, whole } from './schema-parts.ts';

const MIB = 1024 * 1024;

export const historySection = section(
  {
    windowHours: whole({
      description: 'Hours of event time for which windows of 10 s are kept.',
      default: 4,
      minimum: 2,
      maximum: 168,
    }),
    minuteDays: whole({
      description: 'Days for which minutes are kept.',
      default: 2,
      minimum: 1,
      maximum: 90,
    }),
    hourWeeks: whole({
      description: 'Weeks for which hours are kept.',
      default: 4,
      minimum: 1,
      maximum: 520,
    }),
    maxBytes: whole({
      description:
        'Bytes that the history may take in `dataDir`; beyond it the oldest part of each goes early. docs/operations.md has the formula.',
      default: 1024 * MIB,
      minimum: MIB,
      maximum: 1024 * 1024 * MIB,
    }),
  },
  { description: 'Summaries kept for charts, comparisons and the gate of feedback.' },
);
