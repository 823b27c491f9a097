import { SCALE_WINDOWS, SCALES } from '../domain/scales.ts';

type BlockVisitor = (scale: number, mean: number, count: number) => void;

export type OpenBlocks = ReadonlyMap<number, { id: number; sum: number; count: number }[]>;

/** Sums over aligned blocks of each scale, by component; a finished block is visited. */
export class Blocks {
  readonly #open = new Map<number, { id: number; sum: number; count: number }[]>();

  get open(): OpenBlocks {
    return this.#open;
  }

  forget(component: number): void {
    this.#open.delete(component);
  }

  restore(open: OpenBlocks): void {
    this.#open.clear();
    for (const [component, blocks] of open) this.#open.set(component, blocks);
  }

  add(component: number, window: number, part: { sum: number; count: number }, visit: BlockVisitor): void {
    let blocks = this.#open.get(component);
    if (blocks === undefined) {
      blocks = Array.from({ length: SCALES }, () => ({ id: -1, sum: 0, count: 0 }));
      this.#open.set(component, blocks);
    }
    for (let s = 0; s < SCALES; s++) {
      const block = blocks[s];
      const id = Math.floor(window / SCALE_WINDOWS[s]);
      if (id !== block.id) {
        if (block.count > 0) visit(s, block.sum / block.count, block.count);
        block.id = id;
        block.sum = block.count = 0;
      }
      block.sum += part.sum;
      block.count += part.count;
    }
  }
}
