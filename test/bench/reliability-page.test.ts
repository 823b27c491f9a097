import { describe, expect, it } from 'vitest';
import { sectionBody, updatePage } from '../../bench/verify-long/reliability-page.ts';

const kills = { name: 'kills', title: 'Kills', body: 'first\n\n| a | b |\n|---|---|\n| 1 | 2 |' };
const soak = { name: 'soak', title: 'Soak', body: 'flat' };

describe('the page of long checks', () => {
  it('replaces the section that was run and leaves the others', () => {
    const page = updatePage(updatePage('', [kills], ['soak', 'kills']), [soak], ['soak', 'kills']);
    expect(page.indexOf('## Soak')).toBeLessThan(page.indexOf('## Kills'));
    const again = updatePage(page, [{ ...kills, body: 'second' }], ['soak', 'kills']);
    expect(again).toContain('second');
    expect(again).not.toContain('first');
    expect(again).toContain('flat');
    expect(updatePage(again, [], ['soak', 'kills'])).toBe(again);
  });

  it('keeps the section of a check that it does not know', () => {
    const page = updatePage('', [kills, soak], ['kills', 'soak']);
    expect(updatePage(page, [], ['kills'])).toContain('## Soak');
  });

  it('says what was not held', () => {
    const row = { promise: 'a|b', measured: 'two\nlines', ok: false };
    const body = sectionBody({ markdown: 'more', rows: [row] }, 'Run today.');
    expect(body).toContain('| a\\|b | two lines | **NO** |');
    expect(body).toContain('more');
  });
});
