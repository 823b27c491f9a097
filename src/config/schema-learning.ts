import { type TString, Type } from '@sinclair/typebox';
import { EXPECTS, section, whole } from './schema-parts.ts';

/** Five fields of node-cron, in UTC; which values each may have is checked when the schedule begins. */
const cron = (description: string, standard: string): TString =>
  Type.String({
    pattern: '^(off|(\\S+ ){4}\\S+)$',
    [EXPECTS]: 'five fields of a cron expression such as "17 3 * * *", or off',
    description: `${description} A cron expression in UTC, or \`off\`.`,
    default: standard,
  });

export const learningSection = section(
  {
    forestRefit: cron(
      'When isolation forests are fitted anew, on recent traces that no incident covers.',
      '23 2 * * *',
    ),
    snapshot: cron('When what was learned is written as a model to `dataDir/models`.', '41 * * * *'),
    keepModels: whole({
      description: 'Models kept in `dataDir/models`; the oldest go.',
      default: 24,
      minimum: 2,
      maximum: 1000,
    }),
    feedbackDays: whole({
      description: 'Days after which "not an anomaly" is forgotten, unless it is said again.',
      default: 90,
      minimum: 1,
      maximum: 3650,
    }),
  },
  { description: 'What is learned while running.' },
);

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
