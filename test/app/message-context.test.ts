import { describe, expect, it } from 'vitest';
import { LastTimes, messageInContext } from '../../src/app/message-context.ts';
import { traceAddress } from '../../src/domain/trace-id-forms.ts';
import { aMessage, anIncident, aSuspect, OPENED_AT, STARTED_AT } from '../doubles/incident-story.ts';

const traces = [
  { role: 'slow' as const, traceId: 'aa' },
  { role: 'typical' as const, traceId: 'bb' },
];

describe('what a message is told with', () => {
  it('links compare the traces and find the logs; texts of spans cannot leave their place in them', () => {
    const links = {
      compare: 'https://j/trace/{traceId}...{typicalTraceId}',
      logs: 'https://k/{traceId}?s={service}&from={fromMs}&to={to}&x={unknown}',
    };
    const incident = anIncident({ finalSuspects: [aSuspect({ service: 'a&b/{traceId}"\ud800' })] });
    const made = messageInContext(aMessage({ traces, links: [] }), incident, {
      links,
      last: undefined,
    }).links;
    expect(made.map(({ url }) => url)).toEqual([
      'https://j/trace/aa...bb',
      `https://k/aa?s=a%26b%2F%7BtraceId%7D%22%EF%BF%BD&from=${STARTED_AT - 300_000}&to=2026-03-07T03%3A18%3A10.000Z&x={unknown}`,
    ]);
    const alone = aMessage({ traces: traces.slice(0, 1), links: [] });
    expect(messageInContext(alone, incident, { links, last: undefined }).links.length).toBe(1);
    expect(messageInContext(alone, incident, { links: {}, last: undefined })).toBe(alone);
  });

  it('write the ids of a trace as the viewer wants them', () => {
    const links = { logs: 'https://k/{traceIdB3}/{traceIdUber}/{typicalTraceIdUber}/{typicalTraceIdB3}' };
    const [slow, typical] = ['0af7651916cd43dd8448eb211c80319c', '00000000000000001234567890abcdef'];
    const told = aMessage({
      links: [],
      traces: [
        { role: 'slow', traceId: slow },
        { role: 'typical', traceId: typical },
      ],
    });
    expect(messageInContext(told, anIncident(), { links, last: undefined }).links[0].url).toBe(
      'https://k/8448eb211c80319c/af7651916cd43dd8448eb211c80319c/1234567890abcdef/1234567890abcdef',
    );
    expect(traceAddress('https://z/{traceIdB3}?a={traceId}&b={traceIdUber}&{other}', typical)).toBe(
      `https://z/1234567890abcdef?a=${typical}&b=1234567890abcdef&{other}`,
    );
  });

  it('an opening says how the last one ended, in two languages; other events do not', () => {
    const times = new LastTimes();
    const now = anIncident({ id: 'now' });
    times.note(anIncident({ id: 'open' }));
    expect(times.of(now)).toBeUndefined();
    times.note(
      anIncident({
        ...{ id: 'before', state: 'resolved', resolvedAt: STARTED_AT + 24 * 60_000, resolvedBy: 'ann' },
        notes: [{ at: OPENED_AT, by: 'bob', text: 'rolled back\u202e 1.2' }],
      }),
    );
    const last = times.of(now);
    const told = (over: Partial<Parameters<typeof aMessage>[0]>) =>
      messageInContext(aMessage({ facts: [], ...over }), now, { links: {}, last }).facts;
    expect(told({})).toEqual([
      {
        label: 'Last time',
        value: expect.stringMatching(/; lasted 24 min; resolved by ann; bob: rolled back\S? ?1\.2$/),
      },
    ]);
    expect(told({ locale: 'zh' })[0].label).toBe('上次');
    expect(told({ event: 'updated' })).toEqual([]);
    expect(times.of(anIncident({ id: 'before' }))).toBeUndefined();
    expect(times.of(anIncident({ id: 'x', fingerprint: 'other' }))).toBeUndefined();
  });
});
