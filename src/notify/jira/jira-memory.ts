import type { Message } from '../../domain/message.ts';
import { fingerprintLabel } from './jira-request.ts';

/** More than what waits or fails at once; what is beyond is found by a search, or said twice at worst. */
const MOST = 1_000;

/**
 * What this process knows before Jira's search does: which issue is whose, and which messages are in it already. Bounded; it
 * begins empty, and then the search and the receipts say it.
 */
export class JiraMemory {
  readonly #keys = new Map<string, string>();
  readonly #said = new Set<string>();

  /** The newest issue about the same thing. */
  keyOf(message: Message): string | undefined {
    return this.#keys.get(fingerprintLabel(message));
  }

  keep(message: Message, key: string): void {
    const label = fingerprintLabel(message);
    this.#keys.delete(label);
    this.#keys.set(label, key);
    dropOldest(this.#keys);
  }

  forget(message: Message): void {
    this.#keys.delete(fingerprintLabel(message));
  }

  /** The message is in the issue, whatever becomes of the rest of its delivery. */
  say({ id, event }: Message): void {
    this.#said.add(`${event} ${id}`);
    dropOldest(this.#said);
  }

  hasSaid({ id, event }: Message): boolean {
    return this.#said.has(`${event} ${id}`);
  }
}

function dropOldest(kept: Map<string, unknown> | Set<string>): void {
  if (kept.size <= MOST) return;
  for (const oldest of kept.keys()) {
    kept.delete(oldest);
    return;
  }
}
