import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkChannel, createChannel, createOutbox } from '../../src/notify/index.ts';
import type { ChannelNote, ExecHookConfig } from '../../src/notify/port.ts';
import { openSqliteStore } from '../../src/store/index.ts';
import type { Suspect } from '../../src/domain/suspect.ts';
import { composeMessage, sampleMessage } from '../../src/messages/index.ts';
import { aMessage, anIncident, aSuspect, opened, OPENED_AT } from '../doubles/incident-story.ts';
import { type HeldTimeouts, holdTimeouts } from '../doubles/held-timeouts.ts';
import { untilHolds } from '../setup/until-holds.ts';
import { HOSTILE_TEXTS, hostileMessage } from './hostile.ts';
import { type RecordingRuntime, recordingRuntime } from './recording-runtime.ts';

const HOUR = 3_600_000;
const SHORT_WHILE = 'it was run for the same service a short while ago';

describe('a hook', () => {
  let folder: string;
  let runtime: RecordingRuntime;
  /** Of a time limit of 200 ms. */
  let limits: HeldTimeouts;
  const path = (name: string) => join(folder, name);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'spanwatch-hook-'));
    runtime = recordingRuntime();
    limits = holdTimeouts(200);
  });
  afterEach(() => {
    limits.release();
    rmSync(folder, { recursive: true });
  });

  const script = (text: string): string => {
    writeFileSync(path('hook.sh'), `#!/bin/sh\n${text}\n`);
    chmodSync(path('hook.sh'), 0o755);
    return path('hook.sh');
  };
  const hook = (program: string, over: Partial<ExecHookConfig> = {}): ExecHookConfig => ({
    type: 'exec',
    name: 'heal',
    locale: 'en',
    program,
    args: [],
    events: ['opened', 'reopened'],
    dryRun: false,
    timeLimitMs: 60_000,
    coolDownMs: 0,
    maxPerHour: 100,
    stateDir: path('hooks'),
    ...over,
  });
  const create = (config: ExecHookConfig) => createChannel(config, runtime);
  const counting = () => script(`cat >> ${path('input')}; echo run >> ${path('runs')}; echo done`);
  /** Leaves a process behind that is in a group of its own and holds the output for longer than any test may take; `ready` is there once it is. */
  const leaving = () =>
    `setsid sh -c 'echo $$ > ${path('left')}; exec sleep 300' &\nuntil [ -s ${path('left')} ]; do sleep 0.02; done\ntouch ${path('ready')}`;
  const runs = () =>
    existsSync(path('runs')) ? readFileSync(path('runs'), 'utf8').split('\n').length - 1 : 0;

  it('gets the event on standard input, and what it writes is a note', async () => {
    const outcome = await create(hook(counting())).deliver(aMessage());
    expect(outcome).toEqual({ kind: 'sent', note: 'exit code 0: done' });
    const event = JSON.parse(readFileSync(path('input'), 'utf8')) as { type: string; subject: string };
    expect(event).toMatchObject({ type: 'io.spanwatch.incident.opened.v1', subject: aMessage().incidentId });
  });

  it('is given its arguments as they are, by no shell, and nothing of our environment', async () => {
    const program = script(`printf '%s|' "$@" > ${path('args')}; env > ${path('env')}`);
    await create(hook(program, { args: ['$(touch x)', '; rm -rf /', 'a b'] })).deliver(aMessage());
    expect(readFileSync(path('args'), 'utf8')).toBe('$(touch x)|; rm -rf /|a b|');
    expect(readFileSync(path('env'), 'utf8')).not.toContain('VITEST');
  });

  it.each(HOSTILE_TEXTS)('runs no part of %j', async (text) => {
    const program = script(`cat > ${path('input')}; echo "$#"`);
    const outcome = await create(hook(program)).deliver(hostileMessage(text));
    expect(outcome).toEqual({ kind: 'sent', note: 'exit code 0: 0' });
    expect(() => JSON.parse(readFileSync(path('input'), 'utf8')) as unknown).not.toThrow();
  });

  it('fails with its exit code and what it said, in visible characters', async () => {
    const program = script(`printf 'no \\033[2J host'; exit 3`);
    expect(await create(hook(program)).deliver(aMessage())).toMatchObject({
      kind: 'permanent',
      reason: 'exit code 3',
      note: expect.not.stringContaining('\u001b') as unknown,
    });
  });

  it('is killed after its time, with all that it started', async () => {
    const program = script(
      `(until [ -e ${path('go')} ]; do sleep 0.02; done; touch ${path('late')}) & echo waiting; touch ${path('ready')}; sleep 300`,
    );
    const delivering = create(hook(program, { timeLimitMs: 200 })).deliver(aMessage());
    await untilHolds(() => expect(existsSync(path('ready'))).toBe(true));
    expect(limits.pass()).toBe(1);
    expect(await delivering).toMatchObject({
      kind: 'permanent',
      reason: 'killed after 200 ms',
      note: expect.stringContaining('waiting') as unknown,
    });
    writeFileSync(path('go'), '');
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(existsSync(path('late'))).toBe(false);
  });

  it.each([
    ['ends, and says', 'echo started', { kind: 'sent', note: 'exit code 0: started' }],
    ['runs on', 'sleep 300', { kind: 'permanent', reason: 'killed after 200 ms' }],
  ])('that %s is not waited for where what it left behind holds its output', async (_, then, want) => {
    const program = script(`${leaving()}\n${then}`);
    const delivering = create(hook(program, { timeLimitMs: 200 })).deliver(aMessage());
    await untilHolds(() => expect(existsSync(path('ready'))).toBe(true));
    if (want.kind === 'permanent') expect(limits.pass()).toBe(1);
    try {
      expect(await delivering).toMatchObject(want);
    } finally {
      process.kill(Number(readFileSync(path('left'), 'utf8')), 'SIGKILL');
    }
  });

  it('is not waited for at a shutdown', async () => {
    const program = script(`${leaving()}\nsleep 300`);
    const stop = new AbortController();
    const delivering = create(hook(program)).deliver(aMessage(), undefined, stop.signal);
    await untilHolds(() => expect(existsSync(path('ready'))).toBe(true));
    stop.abort();
    try {
      expect(await delivering).toMatchObject({ reason: 'killed (shutdown)' });
    } finally {
      process.kill(Number(readFileSync(path('left'), 'utf8')), 'SIGKILL');
    }
  });

  it('keeps the beginning of what it writes', async () => {
    const outcome = await create(hook(script('yes | head -c 1000000'))).deliver(aMessage());
    expect(outcome.kind === 'sent' && outcome.note?.length).toBeLessThan(1600);
  });

  it('runs once at most for a message, also after a crash between running and recording', async () => {
    const program = counting();
    await create(hook(program)).deliver(aMessage());
    const again = await create(hook(program)).deliver(aMessage());
    expect(again).toMatchObject({ kind: 'skipped', note: expect.stringContaining('not run') as unknown });
    expect(runs()).toBe(1);
  });

  it('does not run again for the same service within the cool-down', async () => {
    const channel = create(hook(counting(), { coolDownMs: HOUR }));
    await channel.deliver(aMessage({ incidentId: 'a' }));
    await channel.deliver(aMessage({ incidentId: 'b' }));
    expect(runs()).toBe(1);
    await channel.deliver(
      aMessage({ incidentId: 'c', suspects: [{ rank: 1, name: 'cart', share: 1, why: '' }] }),
    );
    expect(runs()).toBe(2);
    runtime.clock.advance(HOUR);
    await channel.deliver(aMessage({ incidentId: 'd' }));
    expect(runs()).toBe(3);
  });

  it('takes for the same service what is of one, however it is called, and its staging for another', async () => {
    const channel = create(hook(counting(), { coolDownMs: HOUR }));
    const about = (incidentId: string, over: Partial<Suspect>) => {
      const incident = anIncident({ finalSuspects: [aSuspect({ service: 'alpha', ...over })] });
      const event = { ...opened(incident), suspects: incident.finalSuspects };
      const message = composeMessage({ incident, event, locale: 'en', links: {} });
      return { ...message, id: `${incidentId}-1`, incidentId };
    };
    const told = [
      about('i1', { kind: 'rule', operation: 'GET /' }),
      about('i2', { kind: 'rule', operation: 'POST /' }),
      about('i3', { kind: 'instance', instance: 'pod-1' }),
      about('i4', {}),
    ];
    expect(new Set(told.map(({ suspects: [first] }) => first.name)).size).toBe(4);
    for (const message of told) await channel.deliver(message);
    expect(runs()).toBe(1);
    await channel.deliver(about('i5', { environment: 'staging' }));
    await channel.deliver(about('i6', { namespace: 'shop' }));
    expect(runs()).toBe(3);
  });

  it('runs for each sample that a person sends, which spends nothing of what incidents have', async () => {
    const channel = create(
      hook(counting(), { coolDownMs: HOUR, maxPerHour: 1, events: ['acknowledged'], acknowledgeFrom: 'P2' }),
    );
    for (let i = 0; i < 3; i++) {
      const sample = sampleMessage('opened', { locale: 'en', nowMs: OPENED_AT + i, links: {} });
      expect(await channel.deliver(sample)).toMatchObject({ kind: 'sent', note: 'exit code 0: done' });
    }
    expect(runs()).toBe(3);
    expect(readFileSync(path('input'), 'utf8')).toContain('"test":true');
    await channel.deliver(aMessage({ event: 'acknowledged' }));
    expect(runs()).toBe(4);
    const dry = create(hook(counting(), { dryRun: true }));
    const sample = sampleMessage('opened', { locale: 'en', nowMs: OPENED_AT, links: {} });
    expect(await dry.deliver(sample)).toMatchObject({ note: expect.stringContaining('dry run') as unknown });
    expect(runs()).toBe(4);
  });

  it('runs no more often within an hour than it may, over restarts', async () => {
    const program = counting();
    for (let i = 0; i < 5; i++) {
      await create(hook(program, { maxPerHour: 2 })).deliver(aMessage({ incidentId: `i${i}` }));
    }
    expect(runs()).toBe(2);
    runtime.clock.advance(HOUR);
    await create(hook(program, { maxPerHour: 2 })).deliver(aMessage({ incidentId: 'later' }));
    expect(runs()).toBe(3);
  });

  it('waits for a person where the incident is grave', async () => {
    const channel = create(hook(counting(), { acknowledgeFrom: 'P1' }));
    expect(await channel.deliver(aMessage({ severity: 'P0' }))).toEqual({
      ...{ kind: 'skipped', reason: 'not run: at P0 it waits for somebody to acknowledge it' },
    });
    expect(runs()).toBe(0);
    await channel.deliver(aMessage({ severity: 'P0', sequence: 2, event: 'acknowledged' }));
    expect(runs()).toBe(1);
    await channel.deliver(aMessage({ severity: 'P2', incidentId: 'mild' }));
    expect(runs()).toBe(2);
  });

  it('only says what it would do in a dry run, and nothing for other events', async () => {
    const program = counting();
    const dry = create(hook(program, { dryRun: true }));
    expect(await dry.deliver(aMessage())).toMatchObject({
      note: expect.stringContaining('dry run') as unknown,
    });
    expect(await create(hook(program)).deliver(aMessage({ event: 'updated' }))).toEqual({
      ...{ kind: 'skipped', reason: 'not run for updated' },
    });
    expect(runs()).toBe(0);
  });

  it.each([
    [
      true,
      ['dry run: the program would be run now', `dry run: not run: ${SHORT_WHILE}`, undefined, undefined],
      0,
    ],
    [false, ['exit code 0: done', `not run: ${SHORT_WHILE}`, undefined, undefined], 1],
  ])('says once of an incident that it does not run (dry run: %s)', async (dryRun, notes, times) => {
    const limits = { coolDownMs: HOUR, events: ['opened', 'updated'] as const };
    const channel = create(hook(counting(), { dryRun, ...limits }));
    const said: (string | undefined)[] = [];
    for (let sequence = 1; sequence <= 4; sequence++) {
      const event = sequence === 1 ? 'opened' : 'updated';
      const outcome = await channel.deliver(aMessage({ id: `i-${sequence}`, sequence, event }));
      expect(outcome.kind).toBe(dryRun || sequence > 1 ? 'skipped' : 'sent');
      said.push('note' in outcome ? outcome.note : undefined);
    }
    expect(said).toEqual(notes);
    expect(runs()).toBe(times);
    // Another incident of the service is told as well.
    const other = await channel.deliver(aMessage({ id: 'o-1', incidentId: 'other' }));
    expect(other).toMatchObject({ note: notes[1] });
    // What was only tried holds nothing back.
    if (dryRun)
      expect(await create(hook(counting(), limits)).deliver(aMessage({ id: 'i-9' }))).toMatchObject({
        note: 'exit code 0: done',
      });
  });

  it('is refused when it is not there, not executable, or anybody can write it', async () => {
    const program = counting();
    expect(() => create(hook('hook.sh'))).toThrow('absolute');
    expect(await create(hook(path('nothing'))).deliver(aMessage())).toMatchObject({
      reason: 'the program is not there',
    });
    chmodSync(program, 0o644);
    expect(await create(hook(program)).deliver(aMessage())).toMatchObject({
      reason: 'the program is not executable',
    });
    chmodSync(program, 0o777);
    expect(await create(hook(program)).deliver(aMessage())).toMatchObject({
      kind: 'permanent',
      reason: expect.stringContaining('the program can be written by anybody') as unknown,
    });
    expect(await checkChannel(hook(program), runtime.clock)).toHaveProperty('problem');
    expect(runs()).toBe(0);
  });

  it('is refused when its group can write it, or others can put another in its place', async () => {
    mkdirSync(path('bin'));
    const program = join(path('bin'), 'heal');
    writeFileSync(program, '#!/bin/sh\necho ran\n');
    chmodSync(program, 0o755);
    const reasonOf = async (): Promise<string | undefined> => {
      const outcome = await create(hook(program)).deliver(aMessage());
      return outcome.kind === 'permanent' ? outcome.reason : undefined;
    };
    chmodSync(program, 0o775);
    expect(await reasonOf()).toMatch(/^the program can be written by its group/);
    chmodSync(program, 0o755);
    chmodSync(path('bin'), 0o777);
    expect(await reasonOf()).toMatch(/^the program is in a folder, .*bin, that can be written by anybody/);
    chmodSync(path('bin'), 0o770);
    expect(await reasonOf()).toMatch(/^the program is in a folder, .*bin, that can be written by its group/);
    // Of a folder such as /tmp, nobody takes away what is another's.
    chmodSync(path('bin'), 0o1777);
    expect(await reasonOf()).toBeUndefined();
    chmodSync(path('bin'), 0o755);
    symlinkSync(program, path('link'));
    chmodSync(path('bin'), 0o777);
    expect(await create(hook(path('link'))).deliver(aMessage({ id: 'l-1' }))).toHaveProperty(
      'kind',
      'permanent',
    );
  });

  it.runIf(process.getuid?.() === 0)('is refused when it is of another user', async () => {
    const program = counting();
    chownSync(program, 65534, 65534);
    expect(await create(hook(program)).deliver(aMessage())).toMatchObject({
      reason: expect.stringContaining('the program belongs to another user (uid 65534)') as unknown,
    });
    expect(runs()).toBe(0);
  });

  it('has its note told by the outbox', async () => {
    const store = openSqliteStore({ path: ':memory:' }, runtime);
    const outbox = createOutbox({ channels: [create(hook(counting()))], store }, runtime);
    const notes: ChannelNote[] = [];
    outbox.onNote((note) => notes.push(note));
    await outbox.start();
    const incident = anIncident();
    await store.appendEvent(incident, opened(incident), [{ channel: 'heal', message: aMessage() }]);
    outbox.wake();
    await outbox.settled();
    expect(notes).toEqual([{ incidentId: incident.id, channel: 'heal', text: 'exit code 0: done' }]);
    await outbox.shutdown();
    await store.close();
  });
});
