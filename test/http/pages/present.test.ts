import { describe, expect, it } from 'vitest';
import type { ComponentNow } from '../../../src/history/port.ts';
import { sentence } from '../../../src/http/pages/headline.ts';
import { pageContext, type AllParts } from '../../../src/http/pages/page-context.ts';
import { nowByComponent, type Present, presentOf } from '../../../src/http/pages/present.ts';
import { incidentWords } from '../../../src/messages/index.ts';
import { anIncident, OPENED_AT, someEvidence } from '../../doubles/incident-story.ts';

const worst = anIncident({ evidence: [someEvidence({ observed: 350_000 })] });

function seen(now: Partial<ComponentNow> | undefined, lang: 'en' | 'zh' = 'en') {
  const one: ComponentNow = {
    ...{ component: 'self(payment, Charge)', kind: 'self', unit: 'us', count: 10 },
    ...{ observed: 60_000, expected: 41_000, low: 40_000, high: 42_000, lastSeenMs: OPENED_AT },
    ...now,
  };
  const parts = {
    words: { en: incidentWords('en'), zh: incidentWords('zh') },
    now: () => OPENED_AT,
    history: { now: () => (now === undefined ? [] : [one]) },
  } as unknown as AllParts;
  const context = pageContext(parts, { path: '/', lang, session: false });
  const present = (incident = worst, stored = worst): Present | undefined =>
    presentOf(context, { worst: incident, stored }, nowByComponent(context));
  return { present, text: () => sentence(context, worst, present()) };
}

describe('the present of an open incident', () => {
  it('stands beside its worst', () => {
    expect(seen({}).present()).toEqual({ value: '60 ms', normal: false });
    expect(seen({}).text()).toMatch(
      /^payment is slow: \+309 ms at its worst \(own time of payment Charge now 60 ms, at its worst 350 ms, normally 41 ms\) since /,
    );
    expect(seen({}, 'zh').text()).toContain('现在 60 ms，最严重时 350 ms，正常为 41 ms');
  });

  it('says when it is back within the normal band', () => {
    expect(seen({ observed: 43_000 }).present()).toEqual({ value: '43 ms', normal: true });
    expect(seen({ observed: 43_000 }).text()).toContain(
      'now 43 ms: back within its normal band, at its worst 350 ms',
    );
    expect(seen({ observed: 47_000 }).present()?.normal).toBe(false);
    expect(seen({ observed: 47_000, high: 48_000 }).present()?.normal).toBe(true);
  });

  it('is not told apart from a worst that is about the same', () => {
    expect(seen({ observed: 340_000 }).present()).toBeUndefined();
    expect(seen({ observed: 340_000 }).text()).toMatch(
      /\+309 ms \(own time of payment Charge 350 ms, normally/,
    );
  });

  it('is by the newest event where the history has seen nothing lately, and then never called normal', () => {
    const stored = anIncident({ evidence: [someEvidence({ observed: 42_000 })] });
    const faded = { value: '42 ms', normal: false };
    expect(seen(undefined).present(worst, stored)).toEqual(faded);
    expect(seen({ count: 0 }).present(worst, stored)).toEqual(faded);
    expect(seen(undefined).present()).toBeUndefined();
  });

  it('is nothing once it is over', () => {
    expect(seen({}).present({ ...worst, state: 'resolved', resolvedAt: OPENED_AT + 1 })).toBeUndefined();
  });
});
