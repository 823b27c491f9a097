import type { Message } from '../../domain/message.ts';

/** CloudEvents 1.0 in the structured JSON mode; docs/cloudevent.schema.json is the contract. */
export interface IncidentCloudEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: '/spanwatch';
  readonly type: `io.spanwatch.${'incident' | 'silence'}.${Message['event']}.v1`;
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly data: Omit<Message, 'id' | 'createdAt'>;
}

export function toCloudEvent({ id, createdAt, ...data }: Message): IncidentCloudEvent {
  const kind = data.event === 'blind' || data.event === 'blind-over' ? 'silence' : 'incident';
  return {
    specversion: '1.0',
    id,
    source: '/spanwatch',
    type: `io.spanwatch.${kind}.${data.event}.v1`,
    subject: data.incidentId,
    time: new Date(createdAt).toISOString(),
    datacontenttype: 'application/json',
    data,
  };
}
