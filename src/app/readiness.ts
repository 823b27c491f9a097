import type { Part } from './supervise.ts';

export interface Readiness extends Part {
  /** `troubles`: what is wrong without keeping spans out. */
  said(troubles?: readonly string[]): { readonly ok: boolean; readonly reasons: readonly string[] };
}

/** The last part to start and the first to stop: while it lives, the sources listen. */
export function createReadiness(): Readiness {
  let taking = false;
  return {
    start: () => Promise.resolve(void (taking = true)),
    shutdown: () => Promise.resolve(void (taking = false)),
    said: (troubles = []) => ({
      ok: taking,
      reasons: [...(taking ? [] : ['the sources are not listening']), ...troubles],
    }),
  };
}
