import { Chance } from './chance.ts';
import { operationName, serviceName } from './words.ts';

/** A service before it has programs. */
export interface DraftService {
  readonly name: string;
  readonly layer: number;
  readonly protocol: 'http' | 'grpc';
  readonly instances: number;
  readonly versions: readonly string[];
  readonly operations: readonly DraftOperation[];
}

export interface DraftOperation {
  readonly service: string;
  readonly name: string;
  readonly layer: number;
  /** Whom it calls. */
  readonly calls: DraftOperation[];
}

/** A gateway and what stands behind it never need more: a chain of eight is rare in real meshes. */
const MOST_LAYERS = 7;
/** Fan-out of one operation at most. */
const MOST_CALLS = 4;
/** Operations with a second caller. */
const SHARED_RATIO = 0.35;
const GATEWAY_INSTANCES = 3;
/** One service stands in ten pods, when there are enough services that it is not the half of everything. */
const CROWD = { instances: 10, fromServices: 10 } as const;

/** Who stands where and calls whom: layer 0 is the gateway, every other operation has a caller above it. */
export function layOut(seed: number, services: number): DraftService[] {
  const chance = new Chance(seed);
  const layers = Math.min(MOST_LAYERS, 2 + Math.floor(Math.log2(services / 2)));
  const drafts = [draftGateway(services)];
  for (let i = 1; i < services; i++) {
    // One service in every layer first, then more in the middle than at the ends.
    const layer =
      i < layers ? i : 1 + Math.floor(((chance.draws.uniform() + chance.draws.uniform()) / 2) * (layers - 1));
    drafts.push(
      draftService(chance, { index: i - 1, layer, crowded: i === 1 && services >= CROWD.fromServices }),
    );
  }
  connect(chance, drafts);
  return drafts;
}

function draftGateway(services: number): DraftService {
  const entries = Math.max(2, Math.min(40, Math.round(services / 4)));
  return {
    name: 'gateway',
    layer: 0,
    protocol: 'http',
    instances: GATEWAY_INSTANCES,
    versions: ['3.2.0'],
    operations: Array.from({ length: entries }, (_, i) => ({
      service: 'gateway',
      name: `GET /${serviceName(i)}`,
      layer: 0,
      calls: [],
    })),
  };
}

function draftService(
  chance: Chance,
  { index, layer, crowded }: { index: number; layer: number; crowded: boolean },
): DraftService {
  const name = serviceName(index);
  const protocol = chance.happens(0.5) ? 'http' : 'grpc';
  const stable = `${chance.whole(1, 6)}.${chance.whole(0, 9)}.${chance.whole(0, 9)}`;
  const instances = crowded ? CROWD.instances : chance.whole(2, 4);
  const operations = crowded ? 2 : chance.whole(1, 3);
  return {
    name,
    layer,
    protocol,
    instances,
    versions: [stable],
    operations: Array.from({ length: operations }, (_, i) => ({
      service: name,
      name: operationName(name, protocol, i),
      layer,
      calls: [],
    })),
  };
}

/** Every operation below the gateway gets a caller in the layer above, some a second one further up. */
function connect(chance: Chance, drafts: readonly DraftService[]): void {
  const operations = drafts.flatMap((service) => service.operations);
  for (const operation of operations) {
    if (operation.layer === 0) continue;
    const above = operations.filter(({ layer }) => layer === operation.layer - 1);
    callerOf(chance, above).calls.push(operation);
    if (!chance.happens(SHARED_RATIO)) continue;
    const higher = operations.filter(
      ({ layer, calls }) => layer < operation.layer && !calls.includes(operation),
    );
    if (higher.length > 0) callerOf(chance, higher).calls.push(operation);
  }
  for (const entry of drafts[0].operations) {
    if (entry.calls.length > 0) continue;
    entry.calls.push(chance.of(operations.filter(({ layer }) => layer === 1)));
  }
}

/** One with room; when all are full, the one with the fewest calls. */
function callerOf(chance: Chance, candidates: readonly DraftOperation[]): DraftOperation {
  const free = candidates.filter(({ calls }) => calls.length < MOST_CALLS);
  if (free.length > 0) return chance.of(free);
  return candidates.reduce((least, one) => (one.calls.length < least.calls.length ? one : least));
}
