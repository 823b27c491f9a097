import { Value } from '@sinclair/typebox/value';
import { Type } from '@sinclair/typebox';
import { parseJson } from '../../runtime/json.ts';
import { type Partition, partitionKey } from './consumer-port.ts';

const cursorSchema = Type.Record(Type.String(), Type.Integer({ minimum: 0 }));

/** Before the key of a partition that another member has. Topics hold no colon. */
const AWAY = 'away:';

/** The next offset of each partition: the whole of the source's position. */
export class Positions {
  readonly #next = new Map<string, number>();
  readonly #away = new Set<string>();

  /** Of a cursor text; what is no cursor is an empty position (the group's own offsets are used then). */
  static of(cursor: string | undefined): Positions {
    const positions = new Positions();
    const parsed = cursor === undefined ? undefined : parseJson(cursor);
    if (parsed?.ok === true && Value.Check(cursorSchema, parsed.value)) {
      for (const [text, offset] of Object.entries(parsed.value)) {
        const key = text.replace(AWAY, '');
        positions.#next.set(key, offset);
        if (key !== text) positions.#away.add(key);
      }
    }
    return positions;
  }

  /** Partitions that were handed to another member keep theirs: they may come back. */
  toCursor(): string {
    const entries = [...this.#next].map(([key, offset]) => [this.#away.has(key) ? AWAY + key : key, offset]);
    return JSON.stringify(Object.fromEntries(entries));
  }

  next(partition: Partition): number | undefined {
    return this.#next.get(partitionKey(partition));
  }

  /** Whether it has a partition of the topic. */
  knows(topic: string): boolean {
    return [...this.#next.keys()].some((key) => key.startsWith(`${topic}/`));
  }

  set(partition: Partition, offset: number): void {
    const key = partitionKey(partition);
    this.#next.set(key, offset);
    this.#away.delete(key);
  }

  /** All others are another member's from now on, which may go further than we did. */
  assigned(partitions: readonly Partition[]): void {
    const ours = new Set(partitions.map(partitionKey));
    for (const key of this.#next.keys()) if (!ours.has(key)) this.#away.add(key);
  }

  /** Whether another member had it since its position was ours. */
  wasAway(partition: Partition): boolean {
    return this.#away.has(partitionKey(partition));
  }
}
