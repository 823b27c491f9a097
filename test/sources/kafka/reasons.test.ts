import { expect, it } from 'vitest';
import { reasonOf } from '../../../src/sources/kafka/kafkajs-client.ts';

// As kafkajs 2.2.4 said them with a real Kafka 3.9.2, and with ports that are no broker's.
it.each([
  ['This server does not host this topic-partition', /^there is no such topic/],
  ['Request is not valid given the current SASL state', /wants no login/],
  ['Closed connection', /right port/],
  [
    'Connection error: Client network socket disconnected before secure TLS connection was established',
    /does not speak TLS/,
  ],
  ['Connection error: connect ECONNREFUSED 127.0.0.1:9092', /^nothing listens there \(ECONNREFUSED\)$/],
  ['Something new\nwith a second line', /^Something new$/],
])('says what to do about %j', (message, said) => {
  expect(reasonOf(new Error(message))).toMatch(said);
});
