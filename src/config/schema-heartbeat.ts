import { Type } from '@sinclair/typebox';
import { secretUrl, section, whole } from './schema-parts.ts';

export const heartbeatSection = section(
  {
    url: Type.Optional(
      secretUrl(
        "Address of a dead man's switch (healthchecks.io and the like): fetched while sources listen, the store takes writes and spans are judged or none come. Its silence is the alarm.",
      ),
    ),
    everyMs: whole({
      description: 'Time between two such requests.',
      default: 60_000,
      minimum: 10_000,
      maximum: 24 * 3_600_000,
    }),
  },
  { description: 'Proof of life to somebody else, who notices when it ends.' },
);
