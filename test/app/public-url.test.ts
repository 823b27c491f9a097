import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { incidentUrlOf, statusUrlOf } from '../../src/app/public-url.ts';

const server = { port: 8900, url: 'http://127.0.0.1:8900' };

describe('the address of incident pages', () => {
  it.each([
    [{ host: '127.0.0.1' }, 'http://127.0.0.1:8900/incidents/{incidentId}'],
    [{ host: '0.0.0.0' }, `http://${hostname()}:8900/incidents/{incidentId}`],
    [
      { host: '0.0.0.0', publicUrl: 'https://spanwatch.example' },
      'https://spanwatch.example/incidents/{incidentId}',
    ],
    [
      { host: '127.0.0.1', publicUrl: 'https://ops.example/spanwatch/' },
      'https://ops.example/spanwatch/incidents/{incidentId}',
    ],
  ])('%o is %s', (config, url) => {
    expect(incidentUrlOf(config, server)).toBe(url);
    expect(statusUrlOf(config, server)).toBe(url.replace('incidents/{incidentId}', 'status'));
  });
});
