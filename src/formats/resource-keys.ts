import type { Names } from '../domain/names.ts';
import { KeyTable, OWNER_PARTS, RESOURCE_KEYS, ResourcePart } from './known-keys.ts';

/** What is read of a resource: which part each key is, and in which parts its owner may be, best first. */
export interface ResourceReading {
  readonly codes: ReadonlyMap<string, number>;
  readonly table: KeyTable;
  /** The same with the keys of a process of Jaeger's. */
  readonly processCodes: ReadonlyMap<string, number>;
  readonly processTable: KeyTable;
  readonly ownerParts: readonly number[];
  /** Where Elastic APM keeps these attributes: as labels, whose names have no dots. */
  readonly apmOwnerFields: readonly (readonly [string, number])[];
}

const made = new WeakMap<Names, ResourceReading>();

/** Made once for each `names`, which say by which attributes a resource names its owner (at most four). */
export function resourceReading(names: Names): ResourceReading {
  const known = made.get(names);
  if (known !== undefined) return known;
  const codes = new Map(RESOURCE_KEYS);
  const processCodes = new Map([...RESOURCE_KEYS, ['hostname', ResourcePart.Host] as const]);
  const ownerParts: number[] = [];
  const apmOwnerFields: (readonly [string, number])[] = [];
  for (const [i, attribute] of names.owners.attributes.slice(0, OWNER_PARTS.length).entries()) {
    // One that is read for something else too is looked for there.
    const part = processCodes.get(attribute) ?? OWNER_PARTS[i];
    if (part === OWNER_PARTS[i]) for (const map of [codes, processCodes]) map.set(attribute, part);
    ownerParts.push(part);
    apmOwnerFields.push([`labels.${attribute.replace(/[.*"]/g, '_')}`, part]);
  }
  const reading = {
    ...{ codes, processCodes, ownerParts, apmOwnerFields },
    ...{ table: new KeyTable([...codes]), processTable: new KeyTable([...processCodes]) },
  };
  made.set(names, reading);
  return reading;
}
