export { startWebhookReceiver, judgeWebhook } from '../../src/simulator/vendors/webhook.ts';
