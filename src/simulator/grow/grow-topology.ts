import { mixSeed } from '../distribution.ts';
import { logNormalMs } from '../distribution.ts';
import type { EntrySpec, NodeSpec, PeerSpec, ServiceSpec, Topology } from '../topology.ts';
import { Chance } from './chance.ts';
import { BATCH_ENTRY, CONSUMER, DAY, EXTRAS, LONG_POLL, LONG_POLL_ENTRY, WEEK } from './extras.ts';
import { type DraftService, layOut } from './layout.ts';
import {
  programOf,
  QUEUE,
  SHARED_CACHE,
  SHARED_DATABASE,
  THIRD_PARTY,
  type Surroundings,
} from './programs.ts';

export interface GrowOptions {
  readonly seed: number;
  /** 3 to 200, the gateway and the consumer among them. */
  readonly services: number;
}

const LEAST = 3;
const MOST = 200;
/** From here on three of the services are a consumer of messages, a nightly batch, and one that is not in use yet. */
const EXTRAS_FROM = 8;
/** Services that share the database: ten callers and a few more. */
const SHARERS = 12;
const PODS_A_NODE = 8;
/** Hosts under NTP are a few milliseconds apart at most. */
const MOST_SKEW_US = 3000;
const STREAM = { layout: 1, programs: 2, places: 3 } as const;

/**
 * A system drawn from a seed: a gateway, layers of services behind it, databases and caches without spans, a queue with
 * a consumer, time-outs with retries, hosts whose clocks differ. The same options give the same topology. Throws a
 * RangeError for less than 3 or more than 200 services.
 */
export function growTopology({ seed, services }: GrowOptions): Topology {
  if (!Number.isInteger(services) || services < LEAST || services > MOST)
    throw new RangeError(`services: ${services} is not a whole number from ${LEAST} to ${MOST}`);
  const whole = services >= EXTRAS_FROM;
  const drafts = layOut(mixSeed(seed, STREAM.layout), whole ? services - EXTRAS.length : services);
  const specs = specify(new Chance(mixSeed(seed, STREAM.programs)), drafts, whole);
  const places = new Chance(mixSeed(seed, STREAM.places));
  return {
    name: `grown-${seed}-${services}`,
    environment: 'simulated',
    namespace: 'grown',
    nodes: nodesFor(places, specs),
    services: specs,
    peers: [...SHARED_PEERS, ...ownDatabases(drafts)],
    entries: whole ? [...entriesOf(drafts[0]), LONG_POLL_ENTRY, BATCH_ENTRY] : entriesOf(drafts[0]),
    network: {
      betweenNodes: logNormalMs(places.between(0.3, 0.8), 0.3),
      withinNode: logNormalMs(0.12, 0.3),
    },
    load: {
      rateSigma: places.between(0.08, 0.2),
      ratePersistence: 0.99,
      speedSigma: places.between(0.02, 0.06),
      speedPersistence: 0.98,
      coupling: 0.1,
      rhythm: DAY,
      weekRhythm: WEEK,
    },
  };
}

const SHARED_PEERS: readonly PeerSpec[] = [
  { name: SHARED_DATABASE, kind: 'database', system: 'postgresql' },
  { name: SHARED_CACHE, kind: 'cache', system: 'redis' },
  { name: QUEUE, kind: 'queue', system: 'kafka' },
  { name: THIRD_PARTY, kind: 'third-party', system: '' },
];

function specify(chance: Chance, drafts: readonly DraftService[], whole: boolean): ServiceSpec[] {
  const specs = drafts.map((draft, index): ServiceSpec => {
    const around: Surroundings = {
      sharesDatabase: index > 0 && index <= SHARERS,
      ...(hasOwnDatabase(index) ? { ownDatabase: `${draft.name}-db` } : {}),
      ...(whole ? { consumer: [CONSUMER.name, CONSUMER.operations[0].name] as const } : {}),
    };
    return {
      name: draft.name,
      instances: draft.instances,
      versions: draft.versions,
      protocol: draft.protocol,
      errorRatio: index === 0 ? 0 : chance.between(0.0003, 0.002),
      operations: draft.operations.map((operation) => ({
        name: operation.name,
        steps: programOf(chance, operation, around),
      })),
    };
  });
  if (!whole) return specs;
  const [gateway, ...rest] = specs;
  return [{ ...gateway, operations: [...gateway.operations, LONG_POLL] }, ...rest, ...EXTRAS];
}

function hasOwnDatabase(index: number): boolean {
  return index > 0 && index % 3 === 0;
}

function ownDatabases(drafts: readonly DraftService[]): PeerSpec[] {
  return drafts
    .filter((_, index) => hasOwnDatabase(index))
    .map(({ name }) => ({ name: `${name}-db`, kind: 'database', system: 'mongodb' }));
}

/** Shares fall like 1 / rank (Zipf); the last entry is asked for once a minute, whatever the load. */
function entriesOf(gateway: DraftService): EntrySpec[] {
  return gateway.operations.map(({ service, name }, i) =>
    i > 1 && i === gateway.operations.length - 1
      ? { service, operation: name, perMinute: 1 }
      : { service, operation: name, share: 1 / (1 + i / 2) },
  );
}

function nodesFor(chance: Chance, specs: readonly ServiceSpec[]): NodeSpec[] {
  const pods = specs.reduce((sum, { instances }) => sum + instances, 0);
  return Array.from({ length: Math.max(2, Math.ceil(pods / PODS_A_NODE)) }, (_, i) => ({
    name: `node-${i}`,
    skewUs: Math.round((2 * chance.draws.uniform() - 1) * MOST_SKEW_US),
    // One host in three is not held by NTP as tightly as the others.
    ...(i % 3 === 2 ? { drift: { ppm: chance.between(1, 20), mostUs: 2000 } } : {}),
  }));
}
