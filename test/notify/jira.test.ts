import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Message } from '../../src/domain/message.ts';
import { checkChannel, createChannel } from '../../src/notify/index.ts';
import { escapeWiki } from '../../src/notify/jira/jira-text.ts';
import type { Channel, JiraConfig, Receipt } from '../../src/notify/port.ts';
import { type JiraService, startJira } from '../../src/simulator/vendors/jira.ts';
import type { JiraOptions } from '../../src/simulator/vendors/jira-site.ts';
import { aMessage } from '../doubles/incident-story.ts';
import { untilHolds } from '../setup/until-holds.ts';
import { channelConformance } from './channel-conformance.ts';
import { type RecordingRuntime, recordingRuntime } from './recording-runtime.ts';

const TOKEN = 'jira-token-secret';
const DAY = 86_400_000;

for (const flavour of ['cloud', 'data-center'] as const) {
  const basic = Buffer.from(`bot@example.com:${TOKEN}`).toString('base64');
  channelConformance({
    name: flavour === 'cloud' ? 'jira' : 'jira-data-center',
    start: async (nowMs) => {
      const authorization = flavour === 'cloud' ? `Basic ${basic}` : `Bearer ${TOKEN}`;
      return startJira({ nowMs, flavour, project: 'OPS', authorization, contextPath: '/hidden-jira' });
    },
    create: (url, runtime, timeoutMs) =>
      createChannel(
        {
          ...{ type: 'jira', name: 'tickets', locale: 'en', flavour, url, email: 'bot@example.com' },
          ...{ token: TOKEN, project: 'OPS', issueType: 'Bug', labels: [], fields: [], timeoutMs },
          ...{ resolveTransition: 'Resolve', reopenWithinMs: DAY },
        },
        runtime,
      ),
    secrets: [TOKEN, basic],
    errorsInBody: [[{ status: 200, body: '<html>a proxy</html>' }, 'retry']],
    maxBodyBytes: 120_000,
  });
}

describe.each(['cloud', 'data-center'] as const)('a Jira issue, %s', (flavour) => {
  let runtime: RecordingRuntime;
  let jira: JiraService;
  let channel: Channel;
  let receipt: Receipt | undefined;
  let sequence = 0;

  const start = async (over: Partial<JiraOptions> = {}): Promise<void> => {
    const basic = Buffer.from(`bot@example.com:${TOKEN}`).toString('base64');
    jira = await startJira({
      nowMs: () => runtime.clock.now(),
      ...{ flavour, project: 'OPS', people: ['ann'] },
      authorization: flavour === 'cloud' ? `Basic ${basic}` : `Bearer ${TOKEN}`,
      ...over,
    });
    channel = createChannel(config(), runtime);
  };
  const config = (over: Partial<JiraConfig> = {}): JiraConfig => ({
    ...{ type: 'jira', name: 'tickets', locale: 'en', flavour, url: jira.url, email: 'bot@example.com' },
    ...{ token: TOKEN, project: 'OPS', issueType: 'Bug', labels: ['prod'], fields: [], timeoutMs: 20_000 },
    ...{ resolveTransition: 'Resolve', reopenTransition: 'to do', reopenWithinMs: 7 * DAY },
    ...over,
  });
  type Event = 'opened' | 'escalated' | 'resolved' | 'reopened' | 'updated' | 'acknowledged';
  const message = (event: Event, incidentId = 'i1', assignee?: string) =>
    aMessage({
      ...{ event, incidentId, sequence: ++sequence },
      ticket: { fingerprint: 'service payment', ...(assignee === undefined ? {} : { assignee }) },
    });
  const tell = async (event: Event, incidentId = 'i1', assignee?: string): Promise<string> => {
    const outcome = await channel.deliver(message(event, incidentId, assignee), receipt);
    if (outcome.kind === 'sent' && outcome.receipt !== undefined) receipt = outcome.receipt;
    return outcome.kind;
  };
  /** A delivery that is given up once Jira has seen so many of its requests: the last one is not answered. */
  const unanswered = async (of: Message, seen: number): Promise<string> => {
    const before = jira.requests.length;
    jira.disturb(...Array.from({ length: seen - 1 }, () => 'own' as const), 'silence');
    const giveUp = new AbortController();
    const delivering = channel.deliver(of, receipt, giveUp.signal);
    await untilHolds(() => expect(jira.requests).toHaveLength(before + seen));
    giveUp.abort();
    return (await delivering).kind;
  };
  const state = (): readonly string[] =>
    jira.issues().map(({ key, status, comments }) => `${key} ${status} ${comments.length}`);

  beforeEach(() => {
    runtime = recordingRuntime();
    receipt = undefined;
  });
  afterEach(() => jira.close());

  it('is one through its life: made, commented on, closed, opened again', async () => {
    await start();
    for (const event of ['opened', 'updated', 'acknowledged', 'escalated'] as const) await tell(event);
    expect(state()).toEqual(['OPS-1 To Do 1']);
    expect(receipt).toEqual({ key: 'OPS-1' });
    await tell('resolved');
    expect(state()).toEqual(['OPS-1 Done 2']);
    await tell('reopened');
    expect(state()).toEqual(['OPS-1 To Do 3']);
    expect(jira.violations).toEqual([]);
    expect(jira.issues()[0].fields['labels']).toEqual([
      'prod',
      'spanwatch',
      expect.stringMatching(/^spanwatch-[0-9a-f]{20}$/),
    ]);
  });

  it('has headings and its logs, in the language of the channel; logs that come late are a comment', async () => {
    await start();
    const told = {
      ...message('opened'),
      ...{ locale: 'zh' as const, logs: ['03:12:07.123 ERROR payment: no route to h3. host'] },
      traces: [{ role: 'slow' as const, traceId: 'a'.repeat(32) }],
    };
    await channel.deliver(told);
    const shown = JSON.stringify(jira.issues()[0].fields['description']);
    const heading =
      flavour === 'cloud'
        ? '{"type":"heading","attrs":{"level":3},"content":[{"type":"text","text":"'
        : 'h3. ';
    for (const text of ['嫌疑（各自能解释多少）', '日志', '下一步'])
      expect(shown).toContain(`${heading}${text}`);
    expect(shown).toContain('no route to h3. host');
    expect(shown).toContain('慢链路：aaaa');
    await channel.deliver({ ...told, event: 'context' }, { key: 'OPS-1' });
    expect(state()).toEqual(['OPS-1 To Do 1']);
    expect(JSON.stringify(jira.issues()[0].comments)).toContain('no route to h3. host');
    jira.move('OPS-1', 'Done');
    await channel.deliver({ ...told, event: 'context' }, { key: 'OPS-1' });
    await channel.deliver({ ...told, event: 'context' });
    expect(state()).toEqual(['OPS-1 Done 1']);
    expect(jira.violations).toEqual([]);
  });

  it('is found again by the label when the store is lost, and by another incident about the same', async () => {
    await start();
    await tell('opened');
    receipt = undefined;
    await tell('escalated');
    receipt = undefined;
    await tell('opened', 'i2');
    expect(state()).toEqual(['OPS-1 To Do 2']);
  });

  it('is never made twice when nobody knows how a create ended', async () => {
    await start();
    jira.loseAnswer();
    expect(await channel.deliver(message('opened'))).toMatchObject({ kind: 'retry', afterMs: 30_000 });
    expect(await tell('opened')).toBe('sent');
    expect(state()).toEqual(['OPS-1 To Do 1']);
    receipt = undefined;
    expect(await unanswered(message('opened', 'i2'), 2)).toBe('retry');
    expect(jira.issues().length).toBe(1);
  });

  it('that a person closed is left alone by its incident, whenever it comes back', async () => {
    await start();
    await tell('opened');
    jira.move('OPS-1', 'Done');
    for (const event of ['escalated', 'resolved', 'reopened'] as const)
      expect(await channel.deliver(message(event), receipt)).toMatchObject({
        ...{ kind: 'skipped', reason: 'left alone: a person closed OPS-1', receipt: { key: 'OPS-1' } },
      });
    runtime.clock.advance(8 * DAY);
    expect(await tell('reopened')).toBe('skipped');
    // Whatever was lost: the issue says which incident it is about.
    const elsewhere = createChannel(config(), runtime);
    expect(await elsewhere.deliver(message('reopened'))).toMatchObject({ kind: 'skipped' });
    expect(state()).toEqual(['OPS-1 Done 0']);
  });

  it('that a person closed is named and linked by the one that the next incident makes', async () => {
    await start();
    await tell('opened');
    await tell('resolved');
    await tell('reopened');
    jira.move('OPS-1', 'Done');
    expect(await channel.deliver(message('resolved', 'i2'))).toMatchObject({ kind: 'skipped' });
    expect(await channel.deliver(message('opened', 'i2'))).toMatchObject({
      ...{ kind: 'sent', receipt: { key: 'OPS-2' }, note: 'Ticket OPS-2' },
    });
    expect(jira.issues()[1].links).toEqual(['OPS-1']);
    expect(JSON.stringify(jira.issues()[1].fields['description'])).toMatch(
      /Earlier ticket, closed by a person: OPS(-|&#45;)1/,
    );
    receipt = { key: 'OPS-2' };
    await tell('escalated', 'i2');
    receipt = undefined;
    expect(await channel.deliver(message('opened', 'i3'))).toMatchObject({ receipt: { key: 'OPS-2' } });
    expect(state()).toEqual(['OPS-1 Done 2', 'OPS-2 To Do 2']);
    expect(jira.violations).toEqual([]);
  });

  it('is made for the next incident where links are switched off', async () => {
    await start();
    await tell('opened');
    jira.move('OPS-1', 'Done');
    // Issue, mark, create, link.
    jira.disturb('own', 'own', 'own', { status: 404, body: '{}' });
    expect(await channel.deliver(message('opened', 'i2'))).toMatchObject({ receipt: { key: 'OPS-2' } });
    expect(jira.issues()[1].links).toEqual([]);
  });

  it.each([1, 2, 3, 4, 5, 6])(
    'has one comment of its end, and comes back, if request %i fails',
    async (n) => {
      await start();
      await tell('opened');
      const end = message('resolved');
      const failing = [...Array.from({ length: n - 1 }, () => 'own' as const), { status: 503, body: '' }];
      jira.disturb(...failing);
      const first = await channel.deliver(end, receipt);
      expect(first.kind).toBe('retry');
      expect(await channel.deliver(end, receipt)).toMatchObject({ kind: 'sent' });
      expect(state()).toEqual(['OPS-1 Done 1']);
      const again = message('reopened');
      jira.disturb(...failing);
      expect((await channel.deliver(again, receipt)).kind).toBe('retry');
      expect(await channel.deliver(again, receipt)).toMatchObject({ kind: 'sent' });
      expect(state()).toEqual(['OPS-1 To Do 2']);
      // Not ours: what we noted of our own end is taken back.
      jira.move('OPS-1', 'Done');
      expect(await tell('reopened')).toBe('skipped');
      expect(jira.violations).toEqual([]);
    },
  );

  it('is not closed twice when the answer to the closing was lost, with a process that knows of nothing', async () => {
    await start();
    await tell('opened');
    const end = message('resolved');
    // Issue, mark, comment, mark, transitions; the closing is done and its answer is lost.
    expect(await unanswered(end, 6)).toBe('retry');
    jira.move('OPS-1', 'Done');
    expect(await createChannel(config(), runtime).deliver(end, receipt)).toMatchObject({ kind: 'sent' });
    expect(state()).toEqual(['OPS-1 Done 1']);
  });

  it('is known before the search index shows it', async () => {
    await start();
    jira.lag(true);
    expect(await channel.deliver(message('opened'))).toMatchObject({ receipt: { key: 'OPS-1' } });
    expect(await channel.deliver(message('opened', 'i2'))).toMatchObject({ receipt: { key: 'OPS-1' } });
    expect(state()).toEqual(['OPS-1 To Do 1']);
  });

  it('says of what it tells nobody', async () => {
    await start();
    await tell('opened');
    expect(await channel.deliver(message('updated'), receipt)).toEqual({
      ...{ kind: 'skipped', reason: 'a ticket has no comment of updated', receipt },
    });
    expect(await channel.deliver(message('resolved', 'i7'))).toMatchObject({ kind: 'sent' });
    await jira.close();
    await start();
    expect(await channel.deliver(message('resolved', 'i8'))).toMatchObject({
      ...{ kind: 'skipped', reason: 'it has no ticket' },
    });
    expect(await channel.deliver(message('escalated'), receipt)).toMatchObject({
      ...{ kind: 'skipped', reason: 'left alone: OPS-1 is not there any more' },
    });
  });

  it('goes to the owner, or to nobody when the owner cannot be assigned', async () => {
    await start();
    await tell('opened', 'i1', 'ann');
    expect(jira.issues()[0].fields['assignee']).toEqual(
      flavour === 'cloud' ? { accountId: 'ann' } : { name: 'ann' },
    );
    await jira.close();
    await start();
    receipt = undefined;
    expect(await channel.deliver(message('opened', 'i1', 'gone'))).toMatchObject({
      ...{ kind: 'sent', note: 'Ticket OPS-1, assigned to nobody: Jira refuses gone' },
    });
    expect(jira.issues()[0].fields['assignee']).toBeUndefined();
  });

  it('says which ticket it is, once an incident, and why it was not closed', async () => {
    await start({ asksOnResolve: ['resolution', 'customfield_9'] });
    expect(await channel.deliver(message('opened'))).toMatchObject({ note: 'Ticket OPS-1' });
    receipt = { key: 'OPS-1' };
    expect(await channel.deliver(message('escalated'), receipt)).not.toHaveProperty('note');
    expect(await channel.deliver(message('escalated', 'i2'))).toMatchObject({ note: 'Ticket OPS-1' });
    expect(await channel.deliver(message('resolved'), receipt)).toMatchObject({
      kind: 'sent',
      note: 'Ticket OPS-1 stays as it is: the transition needs fields: resolution, customfield_9',
    });
    expect(jira.issues()[0].status).toBe('To Do');
    const transitionFields = [
      { id: 'Field RESOLUTION', json: '{"name":"Done"}' },
      { id: 'customfield_9', json: 'by hand' },
      { id: 'not_on_it', json: '1' },
    ];
    const filled = createChannel(config({ transitionFields }), runtime);
    expect(await filled.deliver(message('resolved'), receipt)).not.toHaveProperty('note');
    expect(jira.issues()[0].status).toBe('Done');
    const unknown = createChannel(config({ resolveTransition: 'Abolish' }), runtime);
    jira.move('OPS-1', 'To Do');
    expect(await unknown.deliver(message('resolved'), receipt)).toMatchObject({
      note: 'Ticket OPS-1 stays as it is: its state has no such transition',
    });
    expect(jira.violations).toEqual([]);
  });

  it('is a customer request where there is a service desk: labelled, assigned, found again, never made twice', async () => {
    const serviceDesk = { id: '4', requestTypeId: '17' };
    await start({ serviceDesk });
    const desk = createChannel(config({ serviceDesk }), runtime);
    jira.loseAnswer();
    expect(await desk.deliver(message('opened', 'i1', 'ann'))).toMatchObject({
      kind: 'retry',
      afterMs: 30_000,
    });
    expect(await desk.deliver(message('opened', 'i1', 'ann'))).toMatchObject({ note: 'Ticket OPS-1' });
    expect(await desk.deliver(message('opened', 'i2', 'ann'))).toMatchObject({ receipt: { key: 'OPS-1' } });
    expect(jira.issues().length).toBe(1);
    expect(jira.issues()[0].fields['labels']).toContain('prod');
    await jira.close();
    await start({ serviceDesk });
    const other = createChannel(config({ serviceDesk }), runtime);
    expect(await other.deliver(message('opened', 'i1', 'ann'))).toMatchObject({ receipt: { key: 'OPS-1' } });
    const [{ fields }] = jira.issues();
    expect(fields['labels']).toContain('prod');
    expect(fields['assignee']).toEqual(flavour === 'cloud' ? { accountId: 'ann' } : { name: 'ann' });
    expect(fields['description']).toMatch(/spanwatch-[0-9a-f]{20}$/);
    expect(await other.deliver(message('resolved'), { key: 'OPS-1' })).toMatchObject({ kind: 'sent' });
    expect(jira.issues()[0].status).toBe('Done');
    expect(jira.violations).toEqual([]);
    await jira.close();
    await start({ serviceDesk });
    const wrong = createChannel(config({ serviceDesk: { ...serviceDesk, requestTypeId: '1' } }), runtime);
    expect(await wrong.deliver(message('opened', 'i9'))).toEqual({
      kind: 'permanent',
      reason: 'HTTP 400, fields requestTypeId',
    });
  });

  it('says which fields of a request type are missing, and which it does not show', async () => {
    const serviceDesk = { id: '4', requestTypeId: '17' };
    await start({ serviceDesk: { ...serviceDesk, required: ['customfield_7', 'components'] } });
    const problemOf = async (over: Partial<JiraConfig>) =>
      (await checkChannel(config({ serviceDesk, ...over }), runtime.clock)).problem;
    expect(await problemOf({})).toBe(
      'fields that a new request needs are missing: customfield_7 (Field customfield_7), components (Field components)',
    );
    const fields = [
      { id: 'customfield_7', json: '{"value":"High"}' },
      { id: 'components', json: '[{"name":"api"}]' },
    ];
    expect(await problemOf({ fields })).toBeUndefined();
    expect(
      await createChannel(config({ serviceDesk, fields }), runtime).deliver(message('opened')),
    ).toMatchObject({
      kind: 'sent',
    });
    expect(await problemOf({ fields: [...fields, { id: 'customfield_8', json: '1' }] })).toBe(
      'request type 17 does not show customfield_8, and refuses requests with it',
    );
    expect(await problemOf({ project: 'SHOP' })).toBe(
      'service desk 4 is of project OPS, not of SHOP: issues are looked for there',
    );
    expect(await problemOf({ serviceDesk: { id: '4', requestTypeId: '99' } })).toBe(
      'request type 99: HTTP 404: it is not there, or the token may not see it',
    );
    expect(await problemOf({ serviceDesk: { id: '9', requestTypeId: '17' } })).toContain(
      'service desk 9: HTTP 404',
    );
  });

  it('waits as long as Jira says, and gives up what it refuses, naming the fields', async () => {
    await start({ required: ['customfield_7'] });
    jira.disturb({ status: 429, headers: { 'retry-after': '17' }, body: '' });
    expect(await channel.deliver(message('opened'))).toMatchObject({ kind: 'retry', afterMs: 17_000 });
    jira.disturb({ status: 503, headers: { 'retry-after': '9' }, body: '' });
    expect(await channel.deliver(message('opened'))).toMatchObject({ kind: 'retry', afterMs: 9_000 });
    const refusal = await channel.deliver(message('opened'));
    expect(refusal).toEqual({ kind: 'permanent', reason: 'HTTP 400, fields customfield_7' });
    expect(await checkChannel(config(), runtime.clock)).toMatchObject({
      problem: 'fields that a new issue needs are missing: customfield_7 (Field customfield_7)',
    });
    const filled = config({ fields: [{ id: 'customfield_7', json: '{"value":"High"}' }] });
    expect(await checkChannel(filled, runtime.clock)).not.toHaveProperty('problem');
    expect(await checkChannel(config({ issueType: 'Epos' }), runtime.clock)).toMatchObject({
      problem: 'project OPS has no issue type "Epos"; it has: Bug, Task',
    });
    expect(await createChannel(filled, runtime).deliver(message('opened'))).toMatchObject({ kind: 'sent' });
    expect(jira.issues()[0].fields['customfield_7']).toEqual({ value: 'High' });
    const wrong = await createChannel(config({ token: 'other' }), runtime).deliver(message('opened'));
    expect(wrong).toEqual({ kind: 'permanent', reason: 'HTTP 401' });
  });

  it('holds hostile texts as texts', async () => {
    await start();
    const evil =
      '{code}[~admin] !http://x/y.png! h1. *b* \\\\ |a|b| @ann www.x.y \u202e\u0000 ' + 'x'.repeat(5000);
    const outcome = await channel.deliver({
      ...message('opened'),
      title: evil,
      summary: evil,
      evidence: ['', ' ', evil],
    });
    expect(outcome.kind).toBe('sent');
    expect(jira.violations).toEqual([]);
  });
});

describe('wiki markup', () => {
  it('is in no text that was escaped', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        // An entity shows as a character, so what follows it is not at the start of a line.
        const escaped = escapeWiki(text).replace(/&(#\d+|amp);/g, 'x');
        expect(escaped).not.toMatch(/[\\{}[\]|*_+^~!?@<>()-]|:[DPp]|:\/\/|^\s*(h[1-6]|bq)\.|^\s*#/);
      }),
      { examples: [['{#'], ['#'], ['{h1.'], [' bq.'], ['GET /(x)/(/) :) ;) :D']] },
    );
  });
});
