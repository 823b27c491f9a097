import type { ComponentKind } from '../domain/component.ts';
import { unitOf } from '../domain/component.ts';
import { withoutSlots } from '../domain/component-grammar.ts';
import { effectOf, type EffectFloor } from '../domain/effect-floor.ts';
import { LOG_OFFSET_US } from '../domain/summary.ts';

/** Effect floors by component number and direction, above those that hold for everybody. */
export class EffectFloors {
  #least = new Map<number, number>();
  /** Of one pod, version or host, by key and direction. */
  #ofParts = new Map<string, number>();

  /** Replaces all. `idOf` gives the component's number by its key; what has none (-1) is left out. */
  set(floors: readonly EffectFloor[], idOf: (key: string) => number): void {
    const least = new Map<number, number>();
    this.#ofParts = new Map();
    for (const floor of floors) {
      if (withoutSlots(floor.component) !== floor.component) {
        const key = partSlot(floor.component, floor.direction === 'up');
        this.#ofParts.set(key, Math.max(floor.least, this.#ofParts.get(key) ?? 0));
        continue;
      }
      const id = idOf(floor.component);
      if (id < 0) continue;
      const at = slotOf(id, floor.direction === 'up');
      least.set(at, Math.max(floor.least, least.get(at) ?? 0));
    }
    this.#least = least;
  }

  get size(): number {
    return this.#least.size + this.#ofParts.size;
  }

  /** Whether a change is below what people called nothing to wake anybody for. In the summary's terms (y for latency). */
  covers(
    component: number,
    kind: ComponentKind,
    { observed, expected }: { observed: number; expected: number },
  ): boolean {
    if (this.#least.size === 0) return false;
    const least = this.#least.get(slotOf(component, observed >= expected));
    if (least === undefined) return false;
    return effectOf(kind, native(kind, observed), native(kind, expected)) < least;
  }

  /** Whether people called more of its time nothing to wake anybody for: what its tail does is less than that. */
  coversTail(component: number): boolean {
    return this.#least.has(slotOf(component, true));
  }

  /** The same of a part against its siblings; `key` makes its key when anybody said anything of a part. */
  coversPart(
    key: () => string,
    kind: ComponentKind,
    { observed, expected }: { observed: number; expected: number },
  ): boolean {
    if (this.#ofParts.size === 0) return false;
    const least = this.#ofParts.get(partSlot(key(), observed >= expected));
    return least !== undefined && effectOf(kind, native(kind, observed), native(kind, expected)) < least;
  }
}

function slotOf(component: number, up: boolean): number {
  return component * 2 + (up ? 1 : 0);
}

function partSlot(key: string, up: boolean): string {
  return `${up ? 'up' : 'down'} ${key}`;
}

function native(kind: ComponentKind, value: number): number {
  return unitOf(kind) === 'us' ? Math.exp(value) - LOG_OFFSET_US : value;
}
