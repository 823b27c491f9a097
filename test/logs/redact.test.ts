import { describe, expect, it } from 'vitest';
import { tellable } from '../../src/logs/log-line.ts';
import { createRedact } from '../../src/logs/index.ts';
import { leastMs } from '../setup/least-ms.ts';

const redact = createRedact({ standard: true, more: [] });

describe('what is taken out of log lines', () => {
  it.each([
    ['Authorization: Bearer abc.def-123456', /abc\.def/],
    ['jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dBjftJeZ4CVP failed', /eyJ/],
    ['login user=bob password=hunter2 ok', /hunter2/],
    ['{"user":"bob","password":"hun,ter 2","ok":true}', /hun,ter 2/],
    ['{\\"password\\":\\"hunter2\\"}', /hunter2/],
    ["db_password: 'hunter2'", /hunter2/],
    ['api-key=0123456789abcdef', /0123456789abcdef/],
    ['x-api-key => 0123456789abcdef', /0123456789abcdef/],
    ['client_secret="s3cr3t value"', /s3cr3t|value/],
    ['Cookie: sid=abcdef0123; theme=dark; auth=987654', /abcdef0123|987654/],
    ['authorization: Token 0123 456', /0123|456/],
    ['connect postgres://app:hunter2@db:5432/x', /hunter2/],
    ['mail to ann.o+x@mail.example.co.uk bounced', /ann|example/],
    ['card 4111 1111 1111 1111 declined', /1111/],
    ['card 4111-1111-1111-1111 declined', /1111/],
    ['card=378282246310005', /378282246310005/],
    ['slack xoxb-123456789-abcdef token', /xoxb-1/],
    ['aws AKIAIOSFODNN7EXAMPLE used', /AKIAI/],
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----', /MIIE/],
  ])('%s', (line, secret) => {
    const told = redact(line);
    expect(told).toContain('***');
    expect(told).not.toMatch(secret);
  });

  it.each([
    'Charge took 1843 ms for order 12345678',
    'trace 4bf92f3577b34da6a3ce929d0e0e4736 span 00f067aa0ba902b7',
    'connect ECONNREFUSED 10.1.2.3:5432 at 2026-03-07T03:12:07.123Z',
    'order 4111111111111112 is no card: its check digit is wrong',
    'compass: north, spinning=true, authorised=no',
  ])('leaves alone what is none: %s', (line) => {
    expect(redact(line)).toBe(line);
  });

  it('is what the configuration adds, and nothing of its own when told so', () => {
    const own = createRedact({
      standard: false,
      more: [{ pattern: 'order (\\d)\\d+', instead: 'order $1…' }],
    });
    expect(own('order 123 of a@b.example')).toBe('order 1… of a@b.example');
    expect(() => createRedact({ standard: true, more: [{ pattern: '(' }] })).toThrow(SyntaxError);
  });

  it('happens before the cut, so that half of a secret is not left, and in little time whatever the line', () => {
    const line = `${'x'.repeat(990)} password=${'y'.repeat(50)}`;
    const raw = { atMs: 0, level: '', service: '', text: line };
    expect(tellable(raw, redact).text).not.toContain('yy');
    const hostile = [
      'password=',
      'a.'.repeat(50_000),
      '1 '.repeat(50_000),
      '"'.repeat(50_000),
      'a-'.repeat(50_000),
    ];
    for (const text of hostile)
      expect(
        leastMs(() => redact(text)),
        text.slice(0, 9),
      ).toBeLessThan(1_000);
  });
});

describe('a line as it is told', () => {
  it('is the message of a JSON line, on one line, with one of four levels', () => {
    const told = (text: string, level = '') => tellable({ atMs: 1, text, level, service: 'a\nb' }, redact);
    expect(told('{"level":50,"severity":"ERROR","msg":"no\\nroute"}')).toEqual({
      ...{ atMs: 1, text: 'no route', level: 'error', service: 'a b' },
    });
    expect(told('{"nothing":"known"}').text).toBe('{"nothing":"known"}');
    expect(told('{broken', 'WARNING')).toMatchObject({ text: '{broken', level: 'warn' });
    expect(told('["a"]', 'whatever')).toMatchObject({ text: '["a"]', level: '' });
  });
});
