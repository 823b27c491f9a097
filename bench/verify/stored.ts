import { join } from 'node:path';
import { buildReport } from '../../src/app/report.ts';
import type { Incident, IncidentEvent } from '../../src/domain/incident.ts';
import type { ReportIncident } from '../../src/domain/report.ts';
import { foldEvent } from '../../src/incident/fold.ts';
import { decide, type PolicyChannel } from '../../src/policy/index.ts';
import { createWallClock } from '../../src/runtime/index.ts';
import { type Delivery, openSqliteStore, type Store } from '../../src/store/index.ts';

export interface Stored {
  /** As a report would say them. */
  readonly incidents: readonly ReportIncident[];
  readonly deliveries: readonly Delivery[];
  /** Ids of the messages that the policy decides on, from the events alone. */
  readonly decided: ReadonlySet<string>;
}

const MOST = 100_000;

/** What a service that has ended left in its data directory. */
export async function readStored(dataDir: string, channels: readonly PolicyChannel[]): Promise<Stored> {
  const store = openSqliteStore({ path: join(dataDir, 'spanwatch.db') }, { clock: createWallClock() });
  try {
    const incidents = await store.incidents({ limit: MOST });
    return {
      incidents: buildReport(EMPTY, incidents).incidents,
      deliveries: await store.outbox.deliveries({ limit: MOST }),
      decided: await decisions(store, incidents, channels),
    };
  } finally {
    await store.close();
  }
}

/** Only its incidents are used. */
const EMPTY: Parameters<typeof buildReport>[0] = {
  tool: { version: '', model: '', config: '', seed: 0 },
  blind: [],
  input: { spans: 0, traces: 0, from: null, to: null, late: 0, duplicates: 0, rejected: 0 },
  budget: { perWeek: 0, expected: 0, observed: 0 },
};

async function decisions(
  store: Store,
  incidents: readonly Incident[],
  channels: readonly PolicyChannel[],
): Promise<Set<string>> {
  const decided = new Set<string>();
  for (const { id } of incidents) {
    let before: Incident | undefined;
    for (const event of await store.events(id)) {
      const incident = foldEvent(before, event);
      for (const { channel } of decide(incident, event, { channels }, before)) {
        decided.add(deliveryKey(event, channel));
      }
      before = incident;
    }
  }
  return decided;
}

function deliveryKey({ incidentId, sequence }: IncidentEvent, channel: string): string {
  return `${incidentId} ${sequence} ${channel}`;
}

export function keyOf({ incidentId, channel, message }: Delivery): string {
  return `${incidentId} ${message.sequence} ${channel}`;
}
