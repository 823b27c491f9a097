// Loaded before the service by `node --import`: SIGUSR2 sets its wall clock an hour ahead, the next one an hour and a
// half back, the third to what it was. As with a real clock that is set, timers go on as they were.
const HOURS = [1, -0.5, 0];
let next = 0;
let aheadMs = 0;
const realNow = Date.now.bind(Date);
Date.now = () => realNow() + aheadMs;
process.on('SIGUSR2', () => {
  aheadMs = HOURS[next++ % HOURS.length] * 3_600_000;
});
