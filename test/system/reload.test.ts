import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { startService } from '../../bench/verify/spanwatch-process.ts';
import { metric, until, workplace } from './service.ts';

it('what is hardly meant is said once at the start, and again when the file is read again', async () => {
  const terminals = 'channels: [{ name: c, type: terminal }, { name: d, type: terminal }]';
  const { folder, config } = workplace([terminals, 'policy: { routes: [{ channels: [c] }] }']);
  const service = await startService(config);
  const said = (): string[] =>
    service
      .stderr()
      .split('\n')
      .filter((line) => line.includes('no route names d: it hears of no incident'));
  try {
    expect(said()).toHaveLength(1);
    expect(said()[0]).toContain('"level":"warn"');
    expect(said()[0]).toContain(`${config}:5:43: channels[1].name`);
    service.signal('SIGHUP');
    await until('the configuration to be read', () => said().length === 2);
    writeFileSync(config, readFileSync(config, 'utf8').replace('[c]', '[c, d]'));
    service.signal('SIGHUP');
    await until('it to be read again', () => service.stderr().includes('"applied":["policy.routes"]'));
    expect(said()).toHaveLength(2);
  } finally {
    service.signal('SIGTERM');
    await service.ended;
    rmSync(folder, { recursive: true, force: true });
  }
}, 90_000);

it('SIGHUP applies what it can, names what it cannot, and a file with mistakes changes nothing', async () => {
  const { folder, config } = workplace();
  const service = await startService(config);
  try {
    const before = await metric(service, 'spanwatch_opening_cut');
    const text = readFileSync(config, 'utf8');
    writeFileSync(config, `${text}falseAlertsPerWeek: 0.01\nnames: { maxServices: 77 }\n`);
    service.signal('SIGHUP');
    await until('the configuration to be read', () =>
      service.stderr().includes('takes effect with the next start'),
    );
    expect(service.stderr()).toMatch(/"applied":\["falseAlertsPerWeek"\]/);
    expect(service.stderr()).toMatch(/"keys":\["names\.maxServices"\]/);
    const after = await metric(service, 'spanwatch_opening_cut');
    expect(after).toBeGreaterThan(before);
    writeFileSync(config, `${text}falseAlertsPerWeek: 5\nlgo: 1\n`);
    service.signal('SIGHUP');
    await until('the mistake to be said', () => service.stderr().includes('nothing was changed'));
    expect(service.stderr()).toMatch(/spanwatch\.yaml:\d+:1: lgo: unknown key/);
    expect(await metric(service, 'spanwatch_opening_cut')).toBe(after);
  } finally {
    service.signal('SIGTERM');
    await service.ended;
    rmSync(folder, { recursive: true, force: true });
  }
}, 90_000);
