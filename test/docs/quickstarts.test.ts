import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readPage, type Step } from '../../bench/quickstarts/page.ts';
import { PAGES } from '../../bench/quickstarts/pages.ts';
import { parseConfig } from '../../src/config/index.ts';
import { runCli } from '../cli/run-cli.ts';

describe.each(PAGES)('docs/quickstart-%s.md', (name) => {
  const text = readFileSync(new URL(`../../docs/quickstart-${name}.md`, import.meta.url), 'utf8');
  const parts = readPage(text);
  const steps = parts.flatMap(({ step }) => step ?? []);
  const ofKind = <K extends Step['kind']>(kind: K) =>
    steps.filter((step): step is Extract<Step, { kind: K }> => step.kind === kind);

  it('is read in parts that are the page again', () => {
    expect(parts.flatMap(({ lines }) => lines).join('\n')).toBe(text);
  });

  it('has a configuration that is right, in about ten lines', () => {
    const [{ text: yaml }] = ofKind('file');
    const outcome = parseConfig(yaml, 'spanwatch.yaml', { environment: {} });
    expect(outcome.ok ? [] : outcome.problems).toEqual([]);
    expect(yaml.trimEnd().split('\n').length).toBeLessThanOrEqual(11);
  });

  it('uses commands that there are', async () => {
    const commands = ofKind('commands').flatMap((step) => step.commands);
    const ours = commands.flatMap((command) => /^npx spanwatch (\w+)/.exec(command)?.[1] ?? []);
    expect(ours).toEqual(['check', 'learn', 'run']);
    for (const command of ours) expect((await runCli([command, '--help'])).code).toBe(0);
  });

  it('has what was printed when it was last followed: nothing wrong, and the service that was broken', () => {
    expect(text).toMatch(/^ok {4}source .*: .+$/m);
    expect(text).not.toMatch(/^WRONG/m);
    expect(text).toMatch(/^models\/shop: \d+ components of 2 services, /m);
    const printed = parts.find(({ step }) => step?.kind === 'printed')?.lines.join('\n') ?? '';
    expect(printed).toContain('payment');
    expect(printed).toMatch(/^ +Next$/m);
    expect(printed).not.toMatch(/"level":"(error|fatal)"/);
  });
});
