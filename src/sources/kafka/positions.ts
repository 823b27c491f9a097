import { Value } from '@sinclair/typebox/value';
import { Type } from '@sinclair/typebox';
import { parseJson } from '../../runtime/json.ts';
import { type Partition, partitionKey } from './consumer-port.ts';

const cursorSchema = Type.Record(Type.String(), Type.Integer({ minimum: 0 }));

/** The next offset of each partition: the whole of the source's position. */
export class Positions {
  readonly #next = new Map<string, number>();

  /** Of a cursor text; what is no cursor is an empty position (the group's own offsets are used then). */
  static of(cursor: string | undefined): Positions {
    const positions = new Positions();
    const parsed = cursor === undefined ? undefined : parseJson(cursor);
    if (parsed?.ok === true && Value.Check(cursorSchema, parsed.value)) {
      for (const [key, offset] of Object.entries(parsed.value)) positions.#next.set(key, offset);
    }
    return positions;
  }

  /** Partitions that were handed to another member keep theirs: they may come back. */
  toCursor(): string {
    return JSON.stringify(Object.fromEntries(this.#next));
  }

  next(partition: Partition): number | undefined {
    return this.#next.get(partitionKey(partition));
  }

  /** Whether it has a partition of the topic. */
  knows(topic: string): boolean {
    return [...this.#next.keys()].some((key) => key.startsWith(`${topic}/`));
  }

  set(partition: Partition, offset: number): void {
    this.#next.set(partitionKey(partition), offset);
  }
}
