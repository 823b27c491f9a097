import { section, whole } from './schema-parts.ts';

const MIB = 1024 * 1024;

export const checkpointSection = section(
  {
    everyMs: whole({
      description:
        'All that detection knows is written this often, so that a restart goes on where it was. Between two checkpoints the journal holds what came in.',
      default: 60_000,
      minimum: 1000,
      maximum: 3_600_000,
    }),
    maxJournalBytes: whole({
      description:
        'A journal longer than this forces a checkpoint: it bounds the disk and the time that a recovery takes. A span takes 79 bytes.',
      default: 256 * MIB,
      minimum: 1 * MIB,
      maximum: 16 * 1024 * MIB,
    }),
  },
  { description: 'What makes a restart, or a kill, go unnoticed: `dataDir/state`.' },
);

export const retentionSection = section(
  {
    days: whole({
      description:
        'Resolved incidents, with their events and traces, and messages that were sent are deleted this many days after they were last written. Open incidents and unsent messages stay.',
      default: 90,
      minimum: 1,
      maximum: 3650,
    }),
  },
  { description: 'How long the store keeps what is over.' },
);
