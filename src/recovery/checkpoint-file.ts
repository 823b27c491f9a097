import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { deserialize, serialize } from 'node:v8';
import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { parseJson } from '../runtime/json.ts';
import { writeAtomically } from './atomic-write.ts';

/** Raised with each change of what is kept; see MIGRATIONS. */
export const CHECKPOINT_VERSION = 1;
const FORMAT = 'spanwatch-checkpoint';

/**
 * From the state of a version to that of the next one. A version without a line here is refused with a reason, and the
 * service starts from its model.
 */
const MIGRATIONS: ReadonlyMap<number, (state: unknown) => unknown> = new Map();

const limit = Type.Integer({ minimum: 1 });
const headSchema = Type.Object({
  format: Type.String(),
  /** Of Spanwatch. */
  version: Type.String(),
  createdAt: Type.String(),
  /** What the state was learned from. */
  model: Type.Object({ name: Type.String(), checksum: Type.String() }),
  /** Limits that the numbers of names rest on. */
  names: Type.Object({
    maxServices: limit,
    maxOperationsPerService: limit,
    maxSlotsPerService: limit,
    maxNameLength: limit,
  }),
  /** Inputs that are in the state. */
  inputs: Type.Integer({ minimum: 0 }),
  /** Wall clock of the last of them, epoch ms. */
  lastInputAtMs: Type.Number(),
  bytes: Type.Integer({ minimum: 0 }),
  sha256: Type.String(),
});

type Head = Static<typeof headSchema>;
/** What a checkpoint says of itself. */
export type CheckpointFacts = Omit<Head, 'format' | 'bytes' | 'sha256'>;

export type CheckpointOutcome =
  | { readonly kind: 'good'; readonly facts: CheckpointFacts; readonly state: unknown }
  /** Torn, corrupt, or of a version that is not read any more: the one before it may be good. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** Of a newer Spanwatch: what this one would write in its place loses what the newer one knew. */
  | { readonly kind: 'newer'; readonly reason: string };

/** `state`: plain objects, Maps, Sets and typed arrays. Serialised before the call returns; written by then or later. */
export function writeCheckpoint(path: string, facts: CheckpointFacts, state: unknown): Promise<void> {
  const body = serialize(state);
  const head: Head = {
    format: `${FORMAT}/${CHECKPOINT_VERSION}`,
    ...facts,
    bytes: body.length,
    sha256: createHash('sha256').update(body).digest('hex'),
  };
  return writeAtomically(path, [Buffer.from(`${JSON.stringify(head)}\n`), body]);
}

/** Never throws. The state's typed arrays may share the file's memory: copy what is kept. */
export function readCheckpoint(path: string): CheckpointOutcome {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    return refused(`it cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`);
  }
  const end = bytes.indexOf(0x0a);
  const head = end < 0 ? undefined : parseJson(bytes.toString('utf8', 0, end));
  if (head?.ok !== true) return refused('it has no head: it is torn, or no checkpoint');
  const version = versionOf(head.value);
  if (version === undefined) return refused('it is no checkpoint');
  if (version > CHECKPOINT_VERSION) {
    const reason = `its format is ${FORMAT}/${version}, this version reads ${FORMAT}/${CHECKPOINT_VERSION}`;
    return { kind: 'newer', reason };
  }
  if (!Value.Check(headSchema, head.value)) return refused('its head is out of shape');
  const { bytes: length, sha256, ...facts } = head.value;
  const body = bytes.subarray(end + 1);
  if (body.length !== length) return refused(`it is torn: ${body.length} of ${length} bytes`);
  if (createHash('sha256').update(body).digest('hex') !== sha256) return refused('its checksum differs');
  return migrated(version, facts, body);
}

function migrated(from: number, facts: CheckpointFacts, body: Buffer): CheckpointOutcome {
  let state: unknown;
  try {
    state = deserialize(body);
    for (let version = from; version < CHECKPOINT_VERSION; version++) {
      const migrate = MIGRATIONS.get(version);
      if (migrate === undefined)
        return refused(`its format ${FORMAT}/${from} is too old for this version of Spanwatch`);
      state = migrate(state);
    }
  } catch (error) {
    return refused(error instanceof Error ? error.message : 'it cannot be deserialised');
  }
  return { kind: 'good', facts, state };
}

function versionOf(head: unknown): number | undefined {
  const format = typeof head === 'object' && head !== null && 'format' in head ? head.format : undefined;
  const match = typeof format === 'string' ? /^spanwatch-checkpoint\/(\d{1,9})$/.exec(format) : null;
  return match === null ? undefined : Number(match[1]);
}

function refused(reason: string): CheckpointOutcome {
  return { kind: 'refused', reason };
}
