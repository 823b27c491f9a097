import type { ComponentKind } from '../domain/component.ts';
import { unitOf } from '../domain/component.ts';
import { effectOf, type EffectFloor } from '../domain/effect-floor.ts';
import { LOG_OFFSET_US } from '../domain/summary.ts';

/** Effect floors by component number and direction, above those that hold for everybody. */
export class EffectFloors {
  #least = new Map<number, number>();

  /** Replaces all. `idOf` gives the component's number by its key; what has none (-1) is left out. */
  set(floors: readonly EffectFloor[], idOf: (key: string) => number): void {
    const least = new Map<number, number>();
    for (const floor of floors) {
      const id = idOf(floor.component);
      if (id < 0) continue;
      const at = slotOf(id, floor.direction === 'up');
      least.set(at, Math.max(floor.least, least.get(at) ?? 0));
    }
    this.#least = least;
  }

  get size(): number {
    return this.#least.size;
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
}

function slotOf(component: number, up: boolean): number {
  return component * 2 + (up ? 1 : 0);
}

function native(kind: ComponentKind, value: number): number {
  return unitOf(kind) === 'us' ? Math.exp(value) - LOG_OFFSET_US : value;
}
