import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { startService } from '../../bench/verify/spanwatch-process.ts';
import { metric, until, workplace } from './service.ts';

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
