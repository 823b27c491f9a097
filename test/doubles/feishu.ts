export { startFeishu, judgeFeishu } from '../../src/simulator/vendors/feishu.ts';
